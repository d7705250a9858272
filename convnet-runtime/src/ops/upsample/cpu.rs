//! Upsampling on the CPU: both directions gather, so that rows are independent.

use super::{Stage, Tap};
use crate::cpu::map::{Buffer, Gradient};
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source, put};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, run: &mut Run<'_>) {
    let ([x], y) = run.volumes([&stage.input], &stage.output);
    y.each(Cut::Rows, &Forward { stage, x });
}

/// The gradient of the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, run: &mut Run<'_>) {
    let ([dy], dx) = run.volumes([output_gradient], input_gradient);
    dx.each(Cut::Rows, &Backward { stage, dy });
}

impl Stage {
    #[inline(always)]
    fn row(&self, oy: usize) -> Tap {
        Tap::new(oy, self.input.map.height, self.factor[0], self.bilinear)
    }

    #[inline(always)]
    fn column(&self, ox: usize) -> Tap {
        Tap::new(ox, self.input.map.width, self.factor[1], self.bilinear)
    }
}

struct Forward<'a> {
    stage: &'a Stage,
    x: Source<'a>,
}

impl Job for Forward<'_> {
    fn cost(&self) -> usize {
        4
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, oy) = part.place();
        let row = self.stage.row(oy);
        let [above, below] = [row.first, row.second].map(|y| self.x.vectors(part.sample, block, y));
        for (ox, y) in part.vectors(block, oy).iter_mut().enumerate() {
            let column = self.stage.column(ox);
            if !self.stage.bilinear {
                *y = above[column.first];
                continue;
            }
            let mix = |a, b, weight| s.fma(s.sub(b, a), s.splat(weight), a);
            let across =
                |row: &[[f32; 16]]| mix(s.load(&row[column.first]), s.load(&row[column.second]), column.weight);
            s.store(y, mix(across(above), across(below), row.weight));
        }
    }
}

struct Backward<'a> {
    stage: &'a Stage,
    dy: Source<'a>,
}

impl Job for Backward<'_> {
    fn cost(&self) -> usize {
        16
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, y) = part.place();
        let [down, across] = self.stage.factor;
        let dy = self.dy.map();
        let (n, accumulate) = (part.sample, part.accumulate);
        for (x, dx) in part.vectors(block, y).iter_mut().enumerate() {
            let mut sum = s.zero();
            for oy in self.reach(y, down, dy.height) {
                let weight = self.stage.row(oy).weight_of(y);
                let row = self.dy.vectors(n, block, oy);
                for ox in self.reach(x, across, dy.width) {
                    let weight = weight * self.stage.column(ox).weight_of(x);
                    sum = s.fma(s.load(&row[ox]), s.splat(weight), sum);
                }
            }
            put(s, accumulate, dx, sum);
        }
    }
}

impl Backward<'_> {
    /// The output positions that may see input position `i`.
    #[inline(always)]
    fn reach(&self, i: usize, factor: usize, len: usize) -> std::ops::Range<usize> {
        let more = if self.stage.bilinear { factor / 2 } else { 0 };
        (i * factor).saturating_sub(more)..((i + 1) * factor + more).min(len)
    }
}
