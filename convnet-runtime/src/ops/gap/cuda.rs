//! Global average pooling on the GPU.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    let map = &stage.input.map;
    let kernel = Kernel::new("gap_forward", &["gap"], volume(map));
    emitter.forward(kernel, &stage.input, &stage.output, map.channels);
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    let map = &stage.input.map;
    let kernel = Kernel::new("gap_backward", &["gap"], volume(map));
    emitter.backward(kernel, None, output_gradient, input_gradient, map.volume());
}
