//! Sums on the CPU.

use super::{Backward, Stage};
use crate::cpu::map::Gradient;
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source};
use crate::ops::activation::{self, Activation};

/// Fills `stage.output`.
///
/// # Panics
/// If there are fewer than two inputs.
pub fn forward(stage: &Stage, run: &mut Run<'_>) {
    let [a, b, more @ ..] = stage.inputs else { panic!("a sum has two inputs or more") };
    let last = |done: bool| if done { stage.activation } else { Activation::Identity };
    let ([a, b], y) = run.volumes([a, b], &stage.output);
    y.each(Cut::Rows, &Add { terms: [a, b], activation: last(more.is_empty()) });
    for (i, input) in more.iter().enumerate() {
        let ([a], y) = run.volumes([input], Gradient { buffer: stage.output, accumulate: true });
        y.each(Cut::Rows, &Add { terms: [a], activation: last(i + 1 == more.len()) });
    }
}

/// The gradients of the inputs; reads the output.
pub fn backward(backward: &Backward, run: &mut Run<'_>) {
    let Backward { stage, output_gradient, input_gradients } = backward;
    for gradient in *input_gradients {
        activation::gradient(stage.activation, &stage.output, output_gradient, gradient, run);
    }
}

/// `y = f(sum of terms)`, with y itself among them when it accumulates.
struct Add<'a, const N: usize> {
    terms: [Source<'a>; N],
    activation: Activation,
}

impl<const N: usize> Job for Add<'_, N> {
    fn cost(&self) -> usize {
        2
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, row) = part.place();
        let (n, depth, accumulate) = (part.sample, part.depth(block), part.accumulate);
        let terms = self.terms.map(|x| x.vectors(n, block, row));
        for (position, y) in part.vectors(block, row).iter_mut().enumerate() {
            let start = if accumulate { s.load(y) } else { s.zero() };
            let sum = terms.iter().fold(start, |sum, x| s.add(sum, s.load(&x[position])));
            s.store(y, s.first(depth, self.activation.apply(s, sum)));
        }
    }
}
