//! Widening on the CPU.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient};
use crate::cpu::run::Run;
use crate::ops::relayout::{Channels, Rest, copy};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, run: &mut Run<'_>) {
    let ([x], y) = run.volumes([&stage.input], &stage.output);
    copy(x, y, Channels { to: stage.before, ..Channels::all(&stage.input) }, Rest::Clear);
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, run: &mut Run<'_>) {
    let ([dy], dx) = run.volumes([output_gradient], input_gradient);
    copy(dy, dx, Channels { from: stage.before, ..Channels::all(&input_gradient.buffer) }, Rest::Clear);
}
