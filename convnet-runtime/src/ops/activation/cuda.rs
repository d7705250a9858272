//! Activations on the GPU.

use super::{Activation, Stage};
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    let map = &stage.output.map;
    let kernel = Kernel::new("activation_forward", &["activation"], volume(map)).activation(stage.activation);
    emitter.forward(kernel, &stage.input, &stage.output, map.volume());
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    gradient(stage.activation, &stage.output, output_gradient, input_gradient, emitter);
}

/// `to = f'(x) from`, by the output `y = f(x)`.
pub fn gradient(activation: Activation, y: &Buffer, from: &Buffer, to: &Gradient, emitter: &mut Emitter) {
    let kernel = Kernel::new("activation_backward", &["activation"], volume(&y.map)).activation(activation);
    emitter.backward(kernel, Some(y), from, to, y.map.volume());
}
