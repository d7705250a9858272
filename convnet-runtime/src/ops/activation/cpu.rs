//! Activations on the CPU.

use super::{Activation, Stage};
use crate::cpu::map::{Buffer, Gradient};
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
            s.store(y, s.first(depth, self.activation.apply(s, s.load(x))));
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
            put(s, accumulate, dx, self.activation.gradient(s, s.load(y), s.load(dy)));
        }
    }
}
