//! Pools on the GPU.

use super::{Kind, Stage};
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    emitter.forward(stage.kernel("pool_forward"), &stage.input, &stage.output, stage.output.map.volume());
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    let (kernel, count) = (stage.kernel("pool_backward"), stage.input.map.volume());
    emitter.backward(kernel, Some(&stage.input), output_gradient, input_gradient, count);
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
