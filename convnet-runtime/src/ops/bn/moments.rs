//! Mean and variance of each channel, and sums over a batch that do not depend on the number of threads: the batch is
//! cut into parts by its size alone, a part is summed in order, and the parts are added in order, in f64.

use std::ops::Range;

use super::Stage;
use super::cpu::pairs;
use crate::cpu::map::{Buffer, LANES};
use crate::cpu::memory::Floats;
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::threads;
use crate::cpu::volumes::{Cut, Job, Part, Source, Target};
use crate::layers::BatchNorm;

/// Parts of a batch, at most.
const PARTS: usize = 16;

/// Mean and variance, 16 channels at a time.
#[derive(Clone, Copy)]
pub(super) enum Moments<'a> {
    /// Of earlier batches.
    Running(&'a BatchNorm),
    /// Of this batch.
    Kept(Source<'a>),
}

impl Moments<'_> {
    /// Mean and `sqrt(variance + eps)` of a block's channels.
    #[inline(always)]
    pub(super) fn load<S: Simd>(&self, s: S, at: usize, eps: f32) -> (S::V, S::V) {
        let (mean, variance) = match self {
            Self::Running(layer) => {
                (block(s, layer.running_mean.packed(), at), block(s, layer.running_var.packed(), at))
            }
            Self::Kept(source) => {
                let pair = source.vectors(0, at, 0);
                (s.load(&pair[0]), s.load(&pair[1]))
            }
        };
        (mean, s.sqrt(s.add(variance, s.splat(eps))))
    }
}

/// Sixteen channels of a parameter.
#[inline(always)]
pub(super) fn block<S: Simd>(s: S, parameter: &[f32], block: usize) -> S::V {
    s.load(&parameter.as_chunks().0[block])
}

/// The parts that a batch is cut into.
#[inline(always)]
pub(super) fn parts(batch: usize) -> usize {
    batch.min(PARTS)
}

/// The samples of one part.
#[inline(always)]
pub(super) fn samples(batch: usize, part: usize) -> Range<usize> {
    let parts = parts(batch);
    threads::cut(batch, parts, part)..threads::cut(batch, parts, part + 1)
}

/// Runs a job that gives two numbers per channel for each part of the batch; these lie behind each other afterwards.
fn each_part<'a, J: Job>(channels: usize, scratch: &'a mut Floats, job: &J, batch: usize) -> &'a mut [f32] {
    let map = pairs(channels);
    let len = parts(batch) * map.sample();
    scratch.grow(len);
    Target::new(&mut scratch[..len], map, false).each(Cut::Rows, job);
    &mut scratch[..len]
}

/// The sums over all parts of what the job gives for each; they lie where the scratch begins.
pub(super) fn total<J: Job>(channels: usize, scratch: &mut Floats, job: &J, batch: usize) {
    let (first, more) = each_part(channels, scratch, job, batch).split_at_mut(pairs(channels).sample());
    for (i, total) in first.iter_mut().enumerate() {
        let parts = more.iter().skip(i).step_by(pairs(channels).sample());
        *total = parts.fold(f64::from(*total), |sum, &part| sum + f64::from(part)) as f32;
    }
}

/// Writes the batch's mean and variance, and updates the running ones.
pub(super) fn of_batch(stage: &Stage, statistics: &Buffer, layer: &mut BatchNorm, run: &mut Run<'_>) {
    let (batch, channels) = (run.batch, stage.input.map.channels);
    let positions = stage.input.map.height * stage.input.map.width;
    let x = Source::new(run.read(&stage.input), stage.input.map);
    let sums = each_part(channels, &mut layer.scratch, &Spread { x, batch }, batch);

    let count = batch * positions;
    let momentum = f64::from(stage.momentum);
    let update =
        |running: &mut f32, new: f64| *running = ((1.0 - momentum) * f64::from(*running) + momentum * new) as f32;
    let kept = &mut run.write(statistics)[..statistics.map.sample()];
    for c in 0..channels {
        let at = c / LANES * 2 * LANES + c % LANES;
        let mut all = Sums::default();
        for part in 0..parts(batch) {
            let part_at = part * statistics.map.sample() + at;
            let count = samples(batch, part).len() * positions;
            all = all.with(Sums { count, mean: sums[part_at].into(), squares: sums[part_at + LANES].into() });
        }
        kept[at] = all.mean as f32;
        kept[at + LANES] = (all.squares / count as f64) as f32;
        update(&mut layer.running_mean.packed_mut()[c], all.mean);
        if count > 1 {
            update(&mut layer.running_var.packed_mut()[c], all.squares / (count - 1) as f64);
        }
    }
}

/// Some values: how many, their mean, and the sum of the squares of their distances from it.
#[derive(Clone, Copy, Default)]
struct Sums {
    count: usize,
    mean: f64,
    squares: f64,
}

impl Sums {
    /// Both together (Chan, Golub and LeVeque 1979).
    #[inline(always)]
    fn with(self, other: Self) -> Self {
        let count = self.count + other.count;
        let share = other.count as f64 / count as f64;
        let distance = other.mean - self.mean;
        Self {
            count,
            mean: self.mean + distance * share,
            squares: self.squares + other.squares + distance * distance * share * self.count as f64,
        }
    }
}

/// Mean and sum of squared distances from it, of the samples of each part.
struct Spread<'a> {
    x: Source<'a>,
    batch: usize,
}

impl Job for Spread<'_> {
    fn cost(&self) -> usize {
        (self.x.map().height * self.x.map().width).div_ceil(2) * self.batch.div_ceil(parts(self.batch))
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, _) = part.place();
        let map = self.x.map();
        let count = map.height * map.width;
        let mut total = [Sums::default(); LANES];
        for n in samples(self.batch, part.sample) {
            let rows = || (0..map.height).map(|y| self.x.vectors(n, block, y));
            let mut sum = Wide::default();
            for row in rows() {
                sum.add(s, row.iter().fold(s.zero(), |sum, x| s.add(sum, s.load(x))));
            }
            let mean = sum.0.map(|sum| sum / count as f64);
            let centre = s.load(&mean.map(|mean| mean as f32));
            let mut squares = Wide::default();
            for row in rows() {
                squares.add(
                    s,
                    row.iter().fold(s.zero(), |sum, x| {
                        let distance = s.sub(s.load(x), centre);
                        s.fma(distance, distance, sum)
                    }),
                );
            }
            for (lane, total) in total.iter_mut().enumerate() {
                *total = total.with(Sums { count, mean: mean[lane], squares: squares.0[lane] });
            }
        }
        let [mean, squares] = &mut part.vectors(block, 0)[..2] else { unreachable!("a pair is two columns") };
        *mean = total.map(|total| total.mean as f32);
        *squares = total.map(|total| total.squares as f32);
    }
}

/// Sixteen sums in f64.
#[derive(Default)]
pub(super) struct Wide(pub(super) [f64; LANES]);

impl Wide {
    #[inline(always)]
    pub(super) fn add<S: Simd>(&mut self, s: S, v: S::V) {
        for (sum, v) in self.0.iter_mut().zip(s.to_array(v)) {
            *sum += f64::from(v);
        }
    }
}
