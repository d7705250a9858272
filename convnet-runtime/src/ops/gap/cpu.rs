//! Global average pooling on the CPU.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient};
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source, put};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, run: &mut Run<'_>) {
    let ([x], y) = run.volumes([&stage.input], &stage.output);
    y.each(Cut::Rows, &Forward { x });
}

/// The gradient of the input.
pub fn backward(_: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, run: &mut Run<'_>) {
    let ([dy], dx) = run.volumes([output_gradient], input_gradient);
    let map = dx.map();
    let share = 1.0 / (map.height * map.width) as f32;
    dx.each(Cut::Rows, &Backward { dy, share });
}

struct Forward<'a> {
    x: Source<'a>,
}

impl Job for Forward<'_> {
    fn cost(&self) -> usize {
        let map = self.x.map();
        map.height * map.width
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, _) = part.place();
        let map = self.x.map();
        let n = part.sample;
        // Rows first: long sums lose little that way.
        let row = |y| self.x.vectors(n, block, y).iter().fold(s.zero(), |sum, x| s.add(sum, s.load(x)));
        let sum = (0..map.height).fold(s.zero(), |sum, y| s.add(sum, row(y)));
        let scale = s.splat(1.0 / (map.height * map.width) as f32);
        s.store(&mut part.vectors(block, 0)[0], s.mul(sum, scale));
    }
}

struct Backward<'a> {
    dy: Source<'a>,
    share: f32,
}

impl Job for Backward<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, y) = part.place();
        let share = s.mul(s.load(&self.dy.vectors(part.sample, block, 0)[0]), s.splat(self.share));
        let accumulate = part.accumulate;
        for dx in part.vectors(block, y) {
            put(s, accumulate, dx, share);
        }
    }
}
