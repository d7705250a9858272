//! Concatenation on the CPU.

use super::{Backward, Stage};
use crate::cpu::map::{Buffer, LANES, Layout};
use crate::cpu::run::Run;
use crate::ops::relayout::{Channels, Rest, copy};

/// Fills `stage.output`, but for inputs that lie there.
///
/// # Panics
/// If the depths of the inputs do not add up to the output's.
pub fn forward(stage: &Stage, run: &mut Run<'_>) {
    let mut to = 0;
    // In order: a copy clears the lanes behind its last channel, which the next one then fills.
    for input in stage.inputs {
        if !lies_in(input, &stage.output, to) {
            let ([x], y) = run.volumes([input], &stage.output);
            copy(x, y, Channels { to, ..Channels::all(input) }, Rest::Keep);
        }
        to += input.map.channels;
    }
    assert_eq!(to, stage.output.map.channels, "a concatenation has the depths of its inputs");
}

/// The gradients of the inputs, but for those that lie in the output's.
pub fn backward(backward: &Backward, run: &mut Run<'_>) {
    for (from, gradient) in backward.input_gradients {
        if gradient.accumulate || !lies_in(&gradient.buffer, &backward.output_gradient, *from) {
            let ([dy], dx) = run.volumes([&backward.output_gradient], gradient);
            copy(dy, dx, Channels { from: *from, ..Channels::all(&gradient.buffer) }, Rest::Clear);
        }
    }
}

/// Whether `part` is where the channels from `first` on of `whole` are.
fn lies_in(part: &Buffer, whole: &Buffer, first: usize) -> bool {
    let lanes = if whole.map.layout == Layout::Blocked { LANES } else { 1 };
    let (a, b) = (&part.map, &whole.map);
    part.offset == whole.offset
        && (a.layout, a.border, a.height, a.width, a.blocks) == (b.layout, b.border, b.height, b.width, b.blocks)
        && a.first * lanes == b.first * lanes + first
}
