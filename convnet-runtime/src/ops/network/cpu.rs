//! Another network as a layer, on the CPU: it runs in a workspace of its own.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient};
use crate::cpu::run::Run;
use crate::cpu::volumes::{Source, Target};
use crate::network::{Frame, Network};
use crate::ops::relayout::{Channels, Rest, copy};
use crate::train::random::mix;

/// Fills `stage.output` in inference mode.
pub fn forward<N: Network>(stage: &Stage, network: &N, run: &mut Run<'_>) {
    let (outer, mut inner) = enter(stage, N::INFERENCE, run);
    give(outer, &stage.input, &N::INFERENCE.input, &mut inner);
    network.infer(&mut inner);
    take(&inner, &N::OUTPUTS[0], &Gradient::from(&stage.output), outer);
}

/// Fills `stage.output` in training mode; the inner workspace keeps what `backward` needs.
pub fn forward_train<N: Network>(stage: &Stage, network: &mut N, run: &mut Run<'_>) {
    let (outer, mut inner) = enter(stage, N::TRAINING, run);
    give(outer, &stage.input, &N::TRAINING.input, &mut inner);
    network.forward(&mut inner);
    take(&inner, &N::OUTPUTS[1], &Gradient::from(&stage.output), outer);
}

/// The gradients of the inner network's parameters and, if it is wanted, of the input.
pub fn backward<N: Network>(
    stage: &Stage,
    output_gradient: &Buffer,
    input_gradient: Option<&Gradient>,
    network: &mut N,
    run: &mut Run<'_>,
) {
    let (outer, mut inner) = enter(stage, N::TRAINING, run);
    give(outer, output_gradient, &N::OUTPUT_GRADIENT, &mut inner);
    network.backward(&mut inner, input_gradient.is_some());
    if let (Some(gradient), Some(from)) = (input_gradient, &N::INPUT_GRADIENT) {
        take(&inner, from, gradient, outer);
    }
}

/// The outer network's arena, and a pass of the inner one, with random numbers of its own.
fn enter<'a>(stage: &Stage, frame: Frame, run: &'a mut Run<'_>) -> (&'a mut [f32], Run<'a>) {
    let (batch, seed) = (run.batch, inner_seed(stage, run));
    let (arena, workspace) = run.beside(stage.slot);
    (arena, workspace.run(frame.floats, batch, seed))
}

pub(super) fn inner_seed(stage: &Stage, run: &Run<'_>) -> u64 {
    mix(run.seed ^ super::slot_seed(stage.slot))
}

/// From the outer arena to the inner.
fn give(outer: &[f32], from: &Buffer, to: &Buffer, inner: &mut Run<'_>) {
    let x = Source::new(&outer[from.range(inner.batch)], from.map);
    let ([], y) = inner.volumes([], to);
    copy(x, y, Channels::all(from), Rest::Clear);
}

/// From the inner arena to the outer.
fn take(inner: &Run<'_>, from: &Buffer, to: &Gradient, outer: &mut [f32]) {
    let x = Source::new(inner.read(from), from.map);
    let y = Target::new(&mut outer[to.buffer.range(inner.batch)], to.buffer.map, to.accumulate);
    copy(x, y, Channels::all(from), Rest::Clear);
}
