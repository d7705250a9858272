//! Pools on the GPU.

use super::{Kind, Stage};
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    let (input, output) = (&stage.input, &stage.output);
    let kernel = stage.kernel("pool_forward").with([("IN", input.map.pitch()), ("OUT", output.map.pitch())]);
    let arguments =
        [("const val* x", emitter.at(input)), ("val* y", emitter.at(output)), ("u32 batch", emitter.samples())];
    emitter.each(&kernel, emitter.batch * output.map.volume(), &arguments);
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    let kernel = stage.kernel("pool_backward").with([
        ("IN", stage.input.map.pitch()),
        ("DY", output_gradient.map.pitch()),
        ("DX", input_gradient.buffer.map.pitch()),
        ("ADD", usize::from(input_gradient.accumulate)),
    ]);
    let arguments = [
        ("const val* x", emitter.at(&stage.input)),
        ("const val* dy", emitter.at(output_gradient)),
        ("val* dx", emitter.at(&input_gradient.buffer)),
        ("u32 batch", emitter.samples()),
    ];
    emitter.each(&kernel, emitter.batch * stage.input.map.volume(), &arguments);
}

impl Stage {
    fn kernel(&self, template: &'static str) -> Kernel {
        let [top, left, bottom, right] = self.pad;
        Kernel::new(template, &["pool"], volume(&self.input.map))
            .with([("OH", self.output.map.height), ("OW", self.output.map.width)])
            .with([("FH", self.kernel[0]), ("FW", self.kernel[1]), ("SH", self.stride[0]), ("SW", self.stride[1])])
            .with([("TOP", top), ("LEFT", left), ("BOTTOM", bottom), ("RIGHT", right)])
            .with([("MAX", usize::from(self.kind == Kind::Max))])
    }
}
