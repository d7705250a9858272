//! Upsampling on the CPU. Rows are independent in both directions: each gathers from the rows that it shares with.

use super::{Stage, Tap};
use crate::cpu::map::{Buffer, Gradient, LANES};
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source};

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
            let (first, second) = (column.first, column.second);
            let above = [s.load(&above[first]), s.load(&above[second])];
            let below = [s.load(&below[first]), s.load(&below[second])];
            let across = [mix(s, above, column.weight), mix(s, below, column.weight)];
            s.store(y, mix(s, across, row.weight));
        }
    }
}

/// Some of both: `weight` of the second.
#[inline(always)]
fn mix<S: Simd>(s: S, [a, b]: [S::V; 2], weight: f32) -> S::V {
    s.fma(s.sub(b, a), s.splat(weight), a)
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
        let (n, accumulate) = (part.sample, part.accumulate);
        let dx = part.vectors(block, y);
        if !accumulate {
            dx.fill([0.0; LANES]);
        }
        for oy in self.rows(y) {
            let weight = self.stage.row(oy).weight_of(y);
            for (ox, dy) in self.dy.vectors(n, block, oy).iter().enumerate() {
                let column = self.stage.column(ox);
                let dy = s.mul(s.load(dy), s.splat(weight));
                let first = &mut dx[column.first];
                s.store(first, s.fma(dy, s.splat(1.0 - column.weight), s.load(first)));
                if self.stage.bilinear {
                    let second = &mut dx[column.second];
                    s.store(second, s.fma(dy, s.splat(column.weight), s.load(second)));
                }
            }
        }
    }
}

impl Backward<'_> {
    /// The output rows that may see input row `y`.
    #[inline(always)]
    fn rows(&self, y: usize) -> std::ops::Range<usize> {
        let factor = self.stage.factor[0];
        let more = if self.stage.bilinear { factor / 2 } else { 0 };
        (y * factor).saturating_sub(more)..((y + 1) * factor + more).min(self.dy.map().height)
    }
}
