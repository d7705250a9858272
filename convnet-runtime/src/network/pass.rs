//! A pass of inference: all samples together, or one by one as far as the plan says.

use std::ops::Range;

use super::{BySample, Network};
use crate::cpu::exchange;
use crate::cpu::run::Run;
use crate::cpu::threads::{self, MOVE};
use crate::shape::Shape;

/// Runs all stages on some samples of the values of a batch.
pub fn infer<N: Network>(net: &N, values: &[f32], samples: Range<usize>, run: &mut Run<'_>) {
    let len = <N::Input as Shape>::LEN;
    let values = &values[samples.start * len..samples.end * len];
    let done = match &N::BY_SAMPLE {
        Some(cut) if run.batch >= threads::workers().max(2) => {
            by_sample(net, cut, values, run);
            cut.stages
        }
        _ => {
            exchange::load(values, &N::INFERENCE.input, run);
            0
        }
    };
    N::STAGES[done..].iter().for_each(|stage| stage(net, run));
}

/// Runs the first stages: each sample on one thread, and those that are not enough for all threads together.
fn by_sample<N: Network>(net: &N, cut: &BySample, values: &[f32], run: &mut Run<'_>) {
    let (batch, len, total) = (run.batch, <N::Input as Shape>::LEN, run.total);
    let part = |samples: Range<usize>, to: &mut [f32]| {
        net.workspaces().with(|workspace| {
            let mut run = workspace.run(N::INFERENCE.floats, samples.len(), 0);
            run.total = total;
            exchange::load(&values[samples.start * len..samples.end * len], &N::INFERENCE.input, &mut run);
            N::STAGES[..cut.stages].iter().for_each(|stage| stage(net, &mut run));
            to.copy_from_slice(run.read(&cut.value));
        });
    };
    let (alone, each) = (batch - batch % threads::workers(), cut.value.map.sample());
    let (to, rest) = run.write(&cut.value).split_at_mut(alone * each);
    threads::parallel_chunks([to], each, alone * MOVE * N::INFERENCE.floats, |i, [to]| {
        threads::alone(|| part(i..i + 1, to));
    });
    if alone < batch {
        part(alone..batch, rest);
    }
}
