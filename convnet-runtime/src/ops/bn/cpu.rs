//! Batch normalisation forward on the CPU.

use super::Stage;
use super::moments::{self, Moments, lanes, pairs};
use crate::cpu::map::Buffer;
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source};
use crate::layers::BatchNorm;

/// Fills `stage.output`, with the running statistics.
pub fn forward(stage: &Stage, layer: &BatchNorm, run: &mut Run<'_>) {
    let residual = stage.residual.as_ref();
    let ([x, r], y) = run.volumes([&stage.input, residual.unwrap_or(&stage.input)], &stage.output);
    let moments = Moments::Running(layer);
    y.each(Cut::Rows, &Normalise { stage, x, residual: residual.and(Some(r)), moments, layer });
}

/// Fills `stage.output`, with the statistics of the batch, which it keeps for `backward`; updates the running ones.
///
/// # Panics
/// If the stage has no place for the statistics.
pub fn forward_train(stage: &Stage, layer: &mut BatchNorm, run: &mut Run<'_>) {
    let Some(statistics) = stage.statistics() else { panic!("a batch norm in training keeps its statistics") };
    moments::of_batch(stage, &statistics, layer, run);

    let residual = stage.residual.as_ref();
    let reads = [&stage.input, residual.unwrap_or(&stage.input), &statistics];
    let ([x, r, kept], y) = run.volumes(reads, &stage.output);
    let moments = Moments::Kept(kept);
    y.each(Cut::Rows, &Normalise { stage, x, residual: residual.and(Some(r)), moments, layer });
}

impl Stage {
    /// Where the statistics lie, as a volume: mean and variance.
    pub(super) fn statistics(&self) -> Option<Buffer> {
        let map = pairs(self.input.map.channels);
        self.statistics.map(|offset| Buffer { offset, map })
    }
}

struct Normalise<'a> {
    stage: &'a Stage,
    x: Source<'a>,
    residual: Option<Source<'a>>,
    moments: Moments<'a>,
    layer: &'a BatchNorm,
}

impl Job for Normalise<'_> {
    fn cost(&self) -> usize {
        2
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, row) = part.place();
        let (n, depth) = (part.sample, part.depth(block));
        let [mean, rest, variance] = self.moments.floats(block);
        let [mean, rest, variance] = [s.load(mean), s.load(rest), s.load(variance)];
        let deviation = s.sqrt(s.add(variance, s.splat(self.stage.eps)));
        let weight = s.div(s.load(lanes(self.layer.weight.packed(), block)), deviation);
        let bias = s.fnma(rest, weight, s.load(lanes(self.layer.bias.packed(), block)));
        let activation = self.stage.activation;

        let x = self.x.vectors(n, block, row);
        let residual = self.residual.map(|residual| residual.vectors(n, block, row));
        for (position, (y, x)) in part.vectors(block, row).iter_mut().zip(x).enumerate() {
            let mut v = s.fma(s.sub(s.load(x), mean), weight, bias);
            if let Some(residual) = residual {
                v = s.add(v, s.load(&residual[position]));
            }
            s.store(y, s.first(depth, activation.apply(s, v)));
        }
    }
}
