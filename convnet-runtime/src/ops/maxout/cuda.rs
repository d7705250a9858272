//! Maxout on the GPU.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    emitter.forward(stage.kernel("maxout_forward"), &stage.input, &stage.output, stage.output.map.volume());
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    let (kernel, count) = (stage.kernel("maxout_backward"), stage.output.map.volume());
    emitter.backward(kernel, Some(&stage.input), output_gradient, input_gradient, count);
}

impl Stage {
    fn kernel(&self, template: &'static str) -> Kernel {
        Kernel::new(template, &["maxout"], volume(&self.output.map)).with([("UNIT", self.k)])
    }
}
