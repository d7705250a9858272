//! Concatenation on the GPU.

use super::{Backward, Stage};
use crate::cuda::source::Emitter;
use crate::ops::relayout::cuda::{Side, copy};

/// Fills `stage.output` where it is not filled already.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    let mut channel = 0;
    for input in stage.inputs {
        // Values do not share memory, unless one is a part of the other.
        if input.offset != stage.output.offset {
            let (from, to) = (Side::new(input, 0, emitter), Side::new(&stage.output, channel, emitter));
            copy(&input.map, &from, &to, false, emitter);
        }
        channel += input.map.channels;
    }
}

/// The gradient of each input.
pub fn backward(pass: &Backward, emitter: &mut Emitter) {
    for (channel, to) in pass.input_gradients {
        let from = Side::new(&pass.output_gradient, *channel, emitter);
        copy(&to.buffer.map, &from, &Side::new(&to.buffer, 0, emitter), to.accumulate, emitter);
    }
}
