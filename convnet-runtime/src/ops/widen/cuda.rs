//! Zero channels on the GPU.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::source::{Emitter, Kernel, volume};
use crate::ops::relayout::cuda::{Side, copy};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    let map = &stage.output.map;
    let kernel = Kernel::new("widen_forward", &["widen"], volume(map))
        .with([("DEPTH", stage.input.map.channels), ("BEFORE", stage.before)]);
    emitter.forward(kernel, &stage.input, &stage.output, map.volume());
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    let from = Side::new(output_gradient, stage.before, emitter);
    let to = Side::new(&input_gradient.buffer, 0, emitter);
    copy(&stage.input.map, &from, &to, input_gradient.accumulate, emitter);
}
