//! Sums on the GPU.

use super::{Backward, Stage};
use crate::cuda::source::{Emitter, Kernel, volume};
use crate::ops::activation::Activation;
use crate::ops::activation::cuda::gradient;

/// Fills `stage.output`: the first two operands, then the others one by one, the activation last.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    let (output, last) = (&stage.output, stage.inputs.len() - 1);
    for (index, input) in stage.inputs.iter().enumerate().skip(1) {
        let before = if index == 1 { &stage.inputs[0] } else { output };
        let activation = if index == last { stage.activation } else { Activation::Identity };
        let kernel = Kernel::new("add_forward", &["activation", "add"], volume(&output.map))
            .with([("A", before.map.pitch()), ("B", input.map.pitch()), ("OUT", output.map.pitch())])
            .activation(activation);
        let arguments = [
            ("const val* a", emitter.at(before)),
            ("const val* b", emitter.at(input)),
            ("val* y", emitter.at(output)),
            ("u32 batch", emitter.samples()),
        ];
        emitter.each(&kernel, emitter.batch * output.map.volume(), &arguments);
    }
}

/// The gradient of each input.
pub fn backward(pass: &Backward, emitter: &mut Emitter) {
    for to in pass.input_gradients {
        gradient(pass.stage.activation, &pass.stage.output, &pass.output_gradient, to, emitter);
    }
}
