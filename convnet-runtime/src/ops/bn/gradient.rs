//! Batch normalisation backward on the CPU. With `d = dy f'(y)` and `z = (x - mean) / sqrt(var + eps)` over m values:
//! `dbias = sum d`, `dweight = sum d z`, `dx = weight / sqrt(var + eps) (d - dbias / m - z dweight / m)`. Running
//! statistics do not depend on x: the last two terms are missing then.

use super::Backward;
use super::moments::{self, Moments, Wide, block};
use crate::cpu::map::{Buffer, LANES};
use crate::cpu::memory::Floats;
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source, put};
use crate::layers::BatchNorm;
use crate::ops::activation::{self, Activation};

/// The gradients of input, residual, weight and bias; reads input and output.
pub fn backward(backward: &Backward, layer: &mut BatchNorm, run: &mut Run<'_>) {
    let Backward { stage, output_gradient, train_weights, accumulate, .. } = backward;
    if let Some(gradient) = &backward.residual_gradient {
        activation::gradient(stage.activation, &stage.output, output_gradient, gradient, run);
    }

    let mut scratch = std::mem::take(&mut layer.scratch);
    let channels = stage.input.map.channels;
    if *train_weights || stage.statistics.is_some() {
        let sources = backward.operands().map(|buffer| Source::new(run.read(&buffer), buffer.map));
        let operands = Operands::new(backward, sources, layer);
        moments::total(channels, &mut scratch, &Sum { operands, batch: run.batch }, run.batch);
    }
    if *train_weights {
        for (column, parameter) in [&mut layer.bias, &mut layer.weight].into_iter().enumerate() {
            let new = scratch.chunks(LANES).skip(column).step_by(2).flatten();
            for (gradient, new) in parameter.with_gradient().1.iter_mut().zip(new).take(channels) {
                *gradient = if *accumulate { *gradient + new } else { *new };
            }
        }
    }
    if let Some(gradient) = &backward.input_gradient {
        let count = run.batch * stage.input.map.height * stage.input.map.width;
        let (sources, dx) = run.volumes(backward.operands().each_ref(), gradient);
        let operands = Operands::new(backward, sources, layer);
        let share = if stage.statistics.is_some() { 1.0 / count as f32 } else { 0.0 };
        dx.each(Cut::Rows, &Input { operands, layer, sums: &scratch, share });
    }
    layer.scratch = scratch;
}

impl Backward {
    /// Input, output, output gradient, statistics; the gradient again in place of what is not read.
    fn operands(&self) -> [Buffer; 4] {
        let output =
            if self.stage.activation == Activation::Identity { self.output_gradient } else { self.stage.output };
        let statistics = self.stage.statistics().unwrap_or(self.output_gradient);
        [self.stage.input, output, self.output_gradient, statistics]
    }
}

/// What gives `d` and `x - mean`.
struct Operands<'a> {
    activation: Activation,
    x: Source<'a>,
    y: Source<'a>,
    dy: Source<'a>,
    moments: Moments<'a>,
    eps: f32,
}

impl<'a> Operands<'a> {
    fn new(backward: &Backward, [x, y, dy, statistics]: [Source<'a>; 4], layer: &'a BatchNorm) -> Self {
        let stage = &backward.stage;
        let moments = if stage.statistics.is_some() { Moments::Kept(statistics) } else { Moments::Running(layer) };
        Self { activation: stage.activation, x, y, dy, moments, eps: stage.eps }
    }

    /// x, y, dy along a row.
    #[inline(always)]
    fn row(&self, n: usize, block: usize, row: usize) -> [&'a [[f32; LANES]]; 3] {
        [self.x.vectors(n, block, row), self.y.vectors(n, block, row), self.dy.vectors(n, block, row)]
    }

    /// `(x - mean, d)` at one position of a row.
    #[inline(always)]
    fn at<S: Simd>(&self, s: S, [x, y, dy]: [&[[f32; LANES]]; 3], position: usize, mean: S::V) -> (S::V, S::V) {
        let d = self.activation.gradient(s, s.load(&y[position]), s.load(&dy[position]));
        (s.sub(s.load(&x[position]), mean), d)
    }
}

/// `sum d` and `sum d z`.
struct Sum<'a> {
    operands: Operands<'a>,
    batch: usize,
}

impl Job for Sum<'_> {
    fn cost(&self) -> usize {
        let map = self.operands.x.map();
        (map.height * map.width).div_ceil(2) * self.batch.div_ceil(moments::parts(self.batch))
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, _) = part.place();
        let (mean, deviation) = self.operands.moments.load(s, block, self.operands.eps);
        let mut totals = [Wide::default(), Wide::default()];
        for n in moments::samples(self.batch, part.sample) {
            for y in 0..self.operands.x.map().height {
                let [mut d_sum, mut dz_sum] = [s.zero(); 2];
                let row = self.operands.row(n, block, y);
                for position in 0..row[0].len() {
                    let (distance, d) = self.operands.at(s, row, position, mean);
                    d_sum = s.add(d_sum, d);
                    dz_sum = s.fma(d, distance, dz_sum);
                }
                totals[0].add(s, d_sum);
                totals[1].add(s, dz_sum);
            }
        }
        let deviation = s.to_array(deviation).map(f64::from);
        for (lane, deviation) in deviation.into_iter().enumerate() {
            totals[1].0[lane] /= deviation;
        }
        for (column, total) in part.vectors(block, 0).iter_mut().zip(totals) {
            *column = total.0.map(|total| total as f32);
        }
    }
}

struct Input<'a> {
    operands: Operands<'a>,
    layer: &'a BatchNorm,
    /// `sum d` and `sum d z`; not read where `share` is zero.
    sums: &'a Floats,
    /// `1 / m`
    share: f32,
}

impl Job for Input<'_> {
    fn cost(&self) -> usize {
        2
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block_at, row) = part.place();
        let (n, depth, accumulate) = (part.sample, part.depth(block_at), part.accumulate);
        let (mean, deviation) = self.operands.moments.load(s, block_at, self.operands.eps);
        let weight = s.div(block(s, self.layer.weight.packed(), block_at), deviation);
        let mean_of = |column| {
            if self.share == 0.0 {
                s.zero()
            } else {
                s.mul(block(s, self.sums, 2 * block_at + column), s.splat(self.share))
            }
        };
        // dx = weight (d - mean d - (x - mean) mean(d z) / deviation)
        let (d_mean, slope) = (mean_of(0), s.div(mean_of(1), deviation));
        let operands = self.operands.row(n, block_at, row);
        for (position, dx) in part.vectors(block_at, row).iter_mut().enumerate() {
            let (distance, d) = self.operands.at(s, operands, position, mean);
            let v = s.mul(weight, s.fnma(distance, slope, s.sub(d, d_mean)));
            put(s, accumulate, dx, s.first(depth, v));
        }
    }
}
