//! Batch normalisation backward on the CPU. With `d = dy f'(y)` and `z = (x - mean) / sqrt(var + eps)` over m values:
//! `dbias = sum d`, `dweight = sum d z`, `dx = weight / sqrt(var + eps) (d - dbias / m - z dweight / m)`. Running
//! statistics do not depend on x: the last two terms are missing then.
//!
//! `dx` is linear in d and x. Where d is mostly a multiple of 1 and z, as it must be with two values, it is a small rest
//! of large terms: it is formed in f64 and rounded once.

use super::Backward;
use super::moments::{self, Doubles, Moments, lanes};
use crate::cpu::map::{Buffer, LANES};
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source, put};
use crate::layers::BatchNorm;
use crate::ops::activation::{self, Activation};

/// Sixteen values at a position.
type Lanes = [f32; LANES];

/// The gradients of input, residual, weight and bias; reads input and output.
pub fn backward(backward: &Backward, layer: &mut BatchNorm, run: &mut Run<'_>) {
    let Backward { stage, output_gradient, .. } = backward;
    if let Some(gradient) = &backward.residual_gradient {
        activation::gradient(stage.activation, &stage.output, output_gradient, gradient, run);
    }
    let mut lines = std::mem::take(&mut layer.lines);
    lines.clear();
    sums(backward, layer, run, &mut lines);
    if let Some(gradient) = &backward.input_gradient {
        let (sources, dx) = run.volumes(backward.operands().each_ref(), gradient);
        dx.each(Cut::Rows, &Input { operands: Operands::new(stage.activation, sources), lines: &lines });
    }
    layer.lines = lines;
}

/// The gradients of weight and bias, and the line of each channel.
fn sums(backward: &Backward, layer: &mut BatchNorm, run: &Run<'_>, lines: &mut Vec<Line>) {
    let Backward { stage, train_weights, accumulate, .. } = backward;
    let (batch, map) = (run.batch, stage.input.map);
    let sources = backward.operands().map(|buffer| Source::new(run.read(&buffer), buffer.map));
    let operands = Operands::new(stage.activation, sources);
    let of_batch = stage.statistics.is_some();

    let mut scratch = std::mem::take(&mut layer.scratch);
    let job = Sum { operands, batch };
    let mut sums = (*train_weights || of_batch).then(|| moments::sum(map.channels, &mut scratch, &job, batch));
    for block in 0..map.own_blocks() {
        let moments = if of_batch { Moments::Kept(sources[3]) } else { Moments::Running(layer) };
        let [mean, variance] = moments.load(block);
        let deviation = variance.map(|variance| (variance + f64::from(stage.eps)).sqrt());
        let [d_sum, xd_sum] = sums.as_mut().and_then(Iterator::next).unwrap_or_default();
        let dz_sum: Doubles = std::array::from_fn(|lane| (xd_sum[lane] - mean[lane] * d_sum[lane]) / deviation[lane]);

        let weight = lanes(layer.weight.packed(), block);
        let scale: Doubles = std::array::from_fn(|lane| f64::from(weight[lane]) / deviation[lane]);
        let count = if of_batch { (batch * map.height * map.width) as f64 } else { f64::INFINITY };
        let slope: Doubles = std::array::from_fn(|lane| scale[lane] * dz_sum[lane] / count / deviation[lane]);
        let shift = std::array::from_fn(|lane| scale[lane] * d_sum[lane] / count - slope[lane] * mean[lane]);
        lines.push(Line { scale, slope, shift });

        if *train_weights {
            for (parameter, new) in [(&mut layer.bias, d_sum), (&mut layer.weight, dz_sum)] {
                let gradient = parameter.with_gradient().1.iter_mut().take(map.channels).skip(block * LANES);
                for (gradient, new) in gradient.zip(new) {
                    *gradient = if *accumulate { *gradient + new as f32 } else { new as f32 };
                }
            }
        }
    }
    drop(sums);
    layer.scratch = scratch;
}

/// `dx = scale d - slope x - shift`
pub struct Line {
    scale: Doubles,
    slope: Doubles,
    shift: Doubles,
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

/// What gives x and `d`.
#[derive(Clone, Copy)]
struct Operands<'a> {
    activation: Activation,
    x: Source<'a>,
    y: Source<'a>,
    dy: Source<'a>,
}

impl<'a> Operands<'a> {
    fn new(activation: Activation, [x, y, dy, _]: [Source<'a>; 4]) -> Self {
        Self { activation, x, y, dy }
    }

    /// x, y and dy of a row, position by position.
    #[inline(always)]
    fn row(&self, n: usize, block: usize, row: usize) -> impl Iterator<Item = [&'a Lanes; 3]> {
        let [x, y, dy] = [&self.x, &self.y, &self.dy].map(|source| source.vectors(n, block, row));
        x.iter().zip(y).zip(dy).map(|((x, y), dy)| [x, y, dy])
    }

    /// d
    #[inline(always)]
    fn d<S: Simd>(&self, s: S, y: &Lanes, dy: &Lanes) -> Lanes {
        s.to_array(self.activation.gradient(s, s.load(y), s.load(dy)))
    }
}

/// `sum d` and `sum d x`.
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
        let [mut d_sum, mut xd_sum] = [[0.0; LANES]; 2];
        for n in moments::samples(self.batch, part.sample) {
            for row in 0..self.operands.x.map().height {
                for [x, y, dy] in self.operands.row(n, block, row) {
                    let d = self.operands.d(s, y, dy);
                    for lane in 0..LANES {
                        let [x, d] = [x, &d].map(|lanes| f64::from(lanes[lane]));
                        d_sum[lane] += d;
                        xd_sum[lane] += d * x;
                    }
                }
            }
        }
        moments::give(part, [d_sum, xd_sum]);
    }
}

struct Input<'a> {
    operands: Operands<'a>,
    lines: &'a [Line],
}

impl Job for Input<'_> {
    fn cost(&self) -> usize {
        2
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, row) = part.place();
        let (n, depth, accumulate) = (part.sample, part.depth(block), part.accumulate);
        let Line { scale, slope, shift } = &self.lines[block];
        let operands = self.operands.row(n, block, row);
        for (dx, [x, y, dy]) in part.vectors(block, row).iter_mut().zip(operands) {
            let d = self.operands.d(s, y, dy);
            let mut new = [0.0; LANES];
            for lane in 0..LANES {
                let [x, d] = [x, &d].map(|lanes| f64::from(lanes[lane]));
                new[lane] = (scale[lane] * d - slope[lane] * x - shift[lane]) as f32;
            }
            put(s, accumulate, dx, s.first(depth, s.load(&new)));
        }
    }
}
