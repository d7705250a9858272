//! Upsampling on the GPU.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    let (input, output) = (&stage.input, &stage.output);
    let kernel = stage.kernel("upsample_forward").with([("IN", input.map.pitch()), ("OUT", output.map.pitch())]);
    let arguments =
        [("const val* x", emitter.at(input)), ("val* y", emitter.at(output)), ("u32 batch", emitter.samples())];
    emitter.each(&kernel, emitter.batch * output.map.volume(), &arguments);
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    let kernel = stage.kernel("upsample_backward").with([
        ("DY", output_gradient.map.pitch()),
        ("DX", input_gradient.buffer.map.pitch()),
        ("ADD", usize::from(input_gradient.accumulate)),
    ]);
    let arguments = [
        ("const val* dy", emitter.at(output_gradient)),
        ("val* dx", emitter.at(&input_gradient.buffer)),
        ("u32 batch", emitter.samples()),
    ];
    emitter.each(&kernel, emitter.batch * stage.input.map.volume(), &arguments);
}

impl Stage {
    fn kernel(&self, template: &'static str) -> Kernel {
        Kernel::new(template, &["upsample"], volume(&self.input.map))
            .with([("OH", self.output.map.height), ("OW", self.output.map.width)])
            .with([("FY", self.factor[0]), ("FX", self.factor[1]), ("BILINEAR", usize::from(self.bilinear))])
    }
}
