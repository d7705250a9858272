//! Activations on the CPU, and as the last step of other kernels.

use super::{Activation, Stage};
use crate::cpu::map::{Buffer, Gradient};
use crate::cpu::math;
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source, put};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, run: &mut Run<'_>) {
    let ([x], y) = run.volumes([&stage.input], &stage.output);
    y.each(Cut::Rows, &Forward { x, activation: stage.activation });
}

/// The gradient of the input; reads the output.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, run: &mut Run<'_>) {
    gradient(stage.activation, &stage.output, output_gradient, input_gradient, run);
}

/// `dx = f'(x) dy`, from `y = f(x)`; the identity reads no y.
pub(crate) fn gradient(activation: Activation, y: &Buffer, dy: &Buffer, dx: &Gradient, run: &mut Run<'_>) {
    if activation == Activation::Identity {
        let ([dy], dx) = run.volumes([dy], dx);
        dx.each(Cut::Rows, &Backward { y: dy, dy, activation });
    } else {
        let ([y, dy], dx) = run.volumes([y, dy], dx);
        dx.each(Cut::Rows, &Backward { y, dy, activation });
    }
}

struct Forward<'a> {
    x: Source<'a>,
    activation: Activation,
}

impl Job for Forward<'_> {
    fn cost(&self) -> usize {
        2
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, row) = part.place();
        let (n, depth) = (part.sample, part.depth(block));
        for (y, x) in part.vectors(block, row).iter_mut().zip(self.x.vectors(n, block, row)) {
            s.store(y, s.first(depth, apply(self.activation, s, s.load(x))));
        }
    }
}

struct Backward<'a> {
    y: Source<'a>,
    dy: Source<'a>,
    activation: Activation,
}

impl Job for Backward<'_> {
    fn cost(&self) -> usize {
        2
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, row) = part.place();
        let (n, accumulate) = (part.sample, part.accumulate);
        let y = self.y.vectors(n, block, row).iter().zip(self.dy.vectors(n, block, row));
        for (dx, (y, dy)) in part.vectors(block, row).iter_mut().zip(y) {
            put(s, accumulate, dx, s.mul(slope(self.activation, s, s.load(y)), s.load(dy)));
        }
    }
}

/// `f(x)`
#[inline(always)]
pub fn apply<S: Simd>(activation: Activation, s: S, x: S::V) -> S::V {
    let positive = |other| s.select(s.gt(x, s.zero()), x, other);
    match activation {
        Activation::Identity => x,
        Activation::Relu => s.max(s.zero(), x),
        Activation::LeakyRelu(slope) => positive(s.mul(s.splat(slope), x)),
        Activation::Elu(a) => positive(s.mul(s.splat(a), math::exp_m1(s, s.min(s.zero(), x)))),
        Activation::Sigmoid => math::sigmoid(s, x),
        Activation::Tanh => math::tanh(s, x),
        Activation::ClippedRelu(top) => s.min(s.splat(top), s.max(s.zero(), x)),
    }
}

/// `f'(x)` as a function of `y = f(x)`.
#[inline(always)]
pub fn slope<S: Simd>(activation: Activation, s: S, y: S::V) -> S::V {
    let one = s.splat(1.0);
    let positive = |other| s.select(s.gt(y, s.zero()), one, other);
    match activation {
        Activation::Identity => one,
        Activation::Relu => positive(s.zero()),
        Activation::LeakyRelu(slope) => positive(s.splat(slope)),
        Activation::Elu(a) => positive(s.add(y, s.splat(a))),
        Activation::Sigmoid => s.mul(y, s.sub(one, y)),
        Activation::Tanh => s.sub(one, s.mul(y, y)),
        Activation::ClippedRelu(top) => s.select(s.gt(s.splat(top), y), positive(s.zero()), s.zero()),
    }
}
