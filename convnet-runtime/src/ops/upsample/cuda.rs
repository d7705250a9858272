//! Upsampling on the GPU.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    emitter.forward(stage.kernel("upsample_forward"), &stage.input, &stage.output, stage.output.map.volume());
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    let (kernel, count) = (stage.kernel("upsample_backward"), stage.input.map.volume());
    emitter.backward(kernel, None, output_gradient, input_gradient, count);
}

impl Stage {
    fn kernel(&self, template: &'static str) -> Kernel {
        Kernel::new(template, &["upsample"], volume(&self.input.map))
            .with([("OH", self.output.map.height), ("OW", self.output.map.width)])
            .with([("FY", self.factor[0]), ("FX", self.factor[1]), ("BILINEAR", usize::from(self.bilinear))])
    }
}
