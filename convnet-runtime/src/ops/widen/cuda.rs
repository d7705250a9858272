//! Zero channels on the GPU.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::source::{Emitter, Kernel, volume};
use crate::ops::relayout::cuda::{Side, copy};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    let (input, output) = (&stage.input, &stage.output);
    let kernel = Kernel::new("widen_forward", &["widen"], volume(&output.map))
        .with([("DEPTH", input.map.channels), ("BEFORE", stage.before)])
        .with([("IN", input.map.pitch()), ("OUT", output.map.pitch())]);
    let arguments =
        [("const val* x", emitter.at(input)), ("val* y", emitter.at(output)), ("u32 batch", emitter.samples())];
    emitter.each(&kernel, emitter.batch * output.map.volume(), &arguments);
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    let from = Side::new(output_gradient, stage.before, emitter);
    let to = Side::new(&input_gradient.buffer, 0, emitter);
    copy(&stage.input.map, &from, &to, input_gradient.accumulate, emitter);
}
