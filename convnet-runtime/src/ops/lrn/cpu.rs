//! Local response normalisation on the CPU: what both kinds share.

use std::cell::Cell;

use super::{Rule, Stage, across, within};
use crate::cpu::map::{Buffer, Gradient};
use crate::cpu::memory::Floats;
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::Cut;

/// Fills `stage.output`.
pub fn forward(stage: &Stage, run: &mut Run<'_>) {
    let rule = stage.rule;
    let ([x], y) = run.volumes([&stage.input], &stage.output);
    if rule.within {
        y.each(Cut::Rows, &within::Forward { x, rule });
    } else {
        y.each(Cut::Columns, &across::Forward { x, rule });
    }
}

/// The gradient of the input; reads the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, run: &mut Run<'_>) {
    let rule = stage.rule;
    let ([x, dy], dx) = run.volumes([&stage.input, output_gradient], input_gradient);
    if rule.within {
        dx.each(Cut::Planes, &within::Backward { x, dy, rule });
    } else {
        dx.each(Cut::Columns, &across::Backward { x, dy, rule });
    }
}

impl Rule {
    /// `k + alpha / n * sum`
    #[inline(always)]
    pub(super) fn scale<S: Simd>(&self, s: S, sum: S::V) -> S::V {
        s.fma(sum, s.splat(self.alpha / self.count() as f32), s.splat(self.k))
    }

    /// `scale^-beta`
    #[inline(always)]
    pub(super) fn power<S: Simd>(&self, s: S, scale: S::V) -> S::V {
        let one = s.splat(1.0);
        let root = s.sqrt(scale);
        match self.beta {
            0.5 => s.div(one, root),
            0.75 => s.div(one, s.mul(root, s.sqrt(root))),
            1.0 => s.div(one, scale),
            beta => s.load(&s.to_array(scale).map(|scale| scale.powf(-beta))),
        }
    }

    /// `2 alpha beta / n`
    pub(super) fn gradient_weight(&self) -> f32 {
        2.0 * self.alpha * self.beta / self.count() as f32
    }
}

thread_local! {
    static SCRATCH: Cell<Floats> = const { Cell::new(Floats::new()) };
}

/// Memory of this thread, kept for the next call.
pub(super) struct Scratch(pub(super) Floats);

impl Scratch {
    /// At least `len` floats with anything in them.
    pub(super) fn take(len: usize) -> Self {
        let mut floats = SCRATCH.take();
        floats.grow(len);
        Self(floats)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        SCRATCH.set(std::mem::take(&mut self.0));
    }
}
