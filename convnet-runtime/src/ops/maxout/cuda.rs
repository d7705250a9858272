//! Maxout on the GPU.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    let (input, output) = (&stage.input, &stage.output);
    let kernel = Kernel::new("maxout_forward", &["maxout"], volume(&output.map)).with([
        ("UNIT", stage.k),
        ("IN", input.map.pitch()),
        ("OUT", output.map.pitch()),
    ]);
    let arguments =
        [("const val* x", emitter.at(input)), ("val* y", emitter.at(output)), ("u32 batch", emitter.samples())];
    emitter.each(&kernel, emitter.batch * output.map.volume(), &arguments);
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    let kernel = Kernel::new("maxout_backward", &["maxout"], volume(&stage.output.map))
        .with([("UNIT", stage.k), ("IN", stage.input.map.pitch()), ("DY", output_gradient.map.pitch())])
        .with([("DX", input_gradient.buffer.map.pitch()), ("ADD", usize::from(input_gradient.accumulate))]);
    let arguments = [
        ("const val* x", emitter.at(&stage.input)),
        ("const val* dy", emitter.at(output_gradient)),
        ("val* dx", emitter.at(&input_gradient.buffer)),
        ("u32 batch", emitter.samples()),
    ];
    emitter.each(&kernel, emitter.batch * stage.output.map.volume(), &arguments);
}
