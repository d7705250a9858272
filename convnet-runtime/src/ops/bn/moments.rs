//! Mean and variance of each channel, and sums over a batch that do not depend on the number of threads: the batch is
//! cut into parts by its size alone, a part is summed in order, and the parts are added in order.
//!
//! All of it in f64. What a mean is off by is off in the same direction at every position, and gradients that cancel,
//! of a bias or a scale before a batch norm, are sums over all positions.

use std::ops::Range;

use super::Stage;
use crate::cpu::map::{Buffer, LANES, Layout, Map};
use crate::cpu::memory::Floats;
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::threads;
use crate::cpu::volumes::{Cut, Job, Part, Source, Target};
use crate::layers::BatchNorm;

/// Parts of a batch, at most.
const PARTS: usize = 16;

/// Sixteen numbers, one per channel of a block.
pub(super) type Doubles = [f64; LANES];

/// Two numbers per channel, each as a float and what is missing to it: a volume of four columns.
pub(super) fn pairs(channels: usize) -> Map {
    let blocks = channels.div_ceil(LANES);
    Map { height: 1, width: 4, channels, border: [0; 4], layout: Layout::Blocked, blocks, first: 0 }
}

/// Writes the four columns of a block.
#[inline(always)]
fn split(numbers: [Doubles; 2], columns: &mut [[f32; LANES]]) {
    for (columns, numbers) in columns.as_chunks_mut::<2>().0.iter_mut().zip(numbers) {
        columns[0] = numbers.map(|x| x as f32);
        columns[1] = std::array::from_fn(|lane| (numbers[lane] - f64::from(columns[0][lane])) as f32);
    }
}

/// Reads what `split` wrote.
#[inline(always)]
fn join(columns: &[[f32; LANES]]) -> [Doubles; 2] {
    let join = |at: usize| std::array::from_fn(|lane| f64::from(columns[at][lane]) + f64::from(columns[at + 1][lane]));
    [join(0), join(2)]
}

/// Mean and variance, 16 channels at a time.
#[derive(Clone, Copy)]
pub(super) enum Moments<'a> {
    /// Of earlier batches.
    Running(&'a BatchNorm),
    /// Of this batch.
    Kept(Source<'a>),
}

impl Moments<'_> {
    /// Mean, what is missing to it, and variance of a block's channels.
    #[inline(always)]
    pub(super) fn floats(&self, block: usize) -> [&[f32; LANES]; 3] {
        match self {
            Self::Running(layer) => {
                [lanes(layer.running_mean.packed(), block), &[0.0; LANES], lanes(layer.running_var.packed(), block)]
            }
            Self::Kept(source) => {
                let columns = source.vectors(0, block, 0);
                [&columns[0], &columns[1], &columns[2]]
            }
        }
    }

    /// Mean and variance of a block's channels.
    #[inline(always)]
    pub(super) fn load(&self, block: usize) -> [Doubles; 2] {
        match self {
            Self::Running(layer) => {
                [&layer.running_mean, &layer.running_var].map(|running| lanes(running.packed(), block).map(f64::from))
            }
            Self::Kept(source) => join(source.vectors(0, block, 0)),
        }
    }
}

/// Sixteen channels of a parameter.
#[inline(always)]
pub(super) fn lanes(parameter: &[f32], block: usize) -> &[f32; LANES] {
    &parameter.as_chunks().0[block]
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

/// Writes two sums per channel of a part, which a job has formed.
#[inline(always)]
pub(super) fn give(part: &mut Part<'_>, sums: [Doubles; 2]) {
    let (block, _) = part.place();
    split(sums, part.vectors(block, 0));
}

/// Runs a job that gives two sums per channel for each part of the batch; they are those over all parts, block by block.
pub(super) fn sum<'a, J: Job>(
    channels: usize,
    scratch: &'a mut Floats,
    job: &J,
    batch: usize,
) -> impl Iterator<Item = [Doubles; 2]> + use<'a, J> {
    let map = pairs(channels);
    let len = parts(batch) * map.sample();
    scratch.grow(len);
    Target::new(&mut scratch[..len], map, false).each(Cut::Rows, job);
    let all = Source::new(&scratch[..len], map);
    (0..map.blocks).map(move |block| {
        let mut total = [[0.0; LANES]; 2];
        for part in 0..parts(batch) {
            let sums = join(all.vectors(part, block, 0));
            for (total, sum) in total.as_flattened_mut().iter_mut().zip(sums.as_flattened()) {
                *total += sum;
            }
        }
        total
    })
}

/// Writes the batch's mean and variance, and updates the running ones.
pub(super) fn of_batch(stage: &Stage, statistics: &Buffer, layer: &mut BatchNorm, run: &mut Run<'_>) {
    let (batch, map) = (run.batch, stage.input.map);
    let count = batch * map.height * map.width;
    let mut scratch = std::mem::take(&mut layer.scratch);
    let (read, [kept]) = run.split([stage.input.range(batch)], [statistics.range(batch)]);
    let x = Source::new(read[0], map);
    let sums = sum(map.channels, &mut scratch, &Spread { x, batch }, batch);

    let momentum = f64::from(stage.momentum);
    let update =
        |running: &mut f32, new: f64| *running = ((1.0 - momentum) * f64::from(*running) + momentum * new) as f32;
    let columns = kept.as_chunks_mut().0;
    for (block, [sum, squares]) in sums.enumerate() {
        let centre = x.vectors(0, block, 0)[0];
        let [mut mean, mut variance] = [[0.0; LANES]; 2];
        for lane in 0..LANES.min(map.channels - block * LANES) {
            let distance = sum[lane] / count as f64;
            let squares = (squares[lane] - sum[lane] * distance).max(0.0);
            mean[lane] = f64::from(centre[lane]) + distance;
            variance[lane] = squares / count as f64;
            let channel = block * LANES + lane;
            update(&mut layer.running_mean.packed_mut()[channel], mean[lane]);
            if count > 1 {
                update(&mut layer.running_var.packed_mut()[channel], squares / (count - 1) as f64);
            }
        }
        split([mean, variance], &mut columns[4 * block..]);
    }
    layer.scratch = scratch;
}

/// Sums of distances from each channel's first value, and of their squares: so near to the mean that little cancels.
struct Spread<'a> {
    x: Source<'a>,
    batch: usize,
}

impl Job for Spread<'_> {
    fn cost(&self) -> usize {
        (self.x.map().height * self.x.map().width).div_ceil(4) * self.batch.div_ceil(parts(self.batch))
    }

    #[inline(always)]
    fn run<S: Simd>(&self, _: S, part: &mut Part<'_>) {
        let (block, _) = part.place();
        let centre = self.x.vectors(0, block, 0)[0].map(f64::from);
        let [mut sum, mut squares] = [[0.0; LANES]; 2];
        for n in samples(self.batch, part.sample) {
            for y in 0..self.x.map().height {
                for x in self.x.vectors(n, block, y) {
                    for lane in 0..LANES {
                        let distance = f64::from(x[lane]) - centre[lane];
                        sum[lane] += distance;
                        squares[lane] += distance * distance;
                    }
                }
            }
        }
        give(part, [sum, squares]);
    }
}
