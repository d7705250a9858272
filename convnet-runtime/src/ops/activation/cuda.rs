//! Activations on the GPU.

use super::{Activation, Stage};
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    let (input, output) = (&stage.input, &stage.output);
    let kernel = Kernel::new("activation_forward", &["activation"], volume(&output.map))
        .with([("IN", input.map.pitch()), ("OUT", output.map.pitch())])
        .activation(stage.activation);
    let arguments =
        [("const val* x", emitter.at(input)), ("val* y", emitter.at(output)), ("u32 batch", emitter.samples())];
    emitter.each(&kernel, emitter.batch * output.map.volume(), &arguments);
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    gradient(stage.activation, &stage.output, output_gradient, input_gradient, emitter);
}

/// `to = f'(x) from`, by the output `y = f(x)`.
pub fn gradient(activation: Activation, y: &Buffer, from: &Buffer, to: &Gradient, emitter: &mut Emitter) {
    let kernel = Kernel::new("activation_backward", &["activation"], volume(&y.map))
        .with([("OUT", y.map.pitch()), ("DY", from.map.pitch()), ("DX", to.buffer.map.pitch())])
        .with([("ADD", usize::from(to.accumulate))])
        .activation(activation);
    let arguments = [
        ("const val* y", emitter.at(y)),
        ("const val* dy", emitter.at(from)),
        ("val* dx", emitter.at(&to.buffer)),
        ("u32 batch", emitter.samples()),
    ];
    emitter.each(&kernel, emitter.batch * y.map.volume(), &arguments);
}
