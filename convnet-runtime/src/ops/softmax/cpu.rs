//! Softmax on the CPU.

use super::Stage;
use crate::cpu::math;
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, run: &mut Run<'_>) {
    let ([x], y) = run.volumes([&stage.input], &stage.output);
    y.each(Cut::Columns, &Forward { x });
}

struct Forward<'a> {
    x: Source<'a>,
}

impl Job for Forward<'_> {
    fn cost(&self) -> usize {
        4
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (n, row) = (part.sample, part.rows().start);
        let floor = s.splat(f32::NEG_INFINITY);
        for position in 0..part.map().width {
            let mut top = floor;
            for block in part.blocks() {
                let x = s.load(&self.x.vectors(n, block, row)[position]);
                top = s.max(top, s.select(s.mask(lanes(part.depth(block))), x, floor));
            }
            let top = s.splat(s.reduce_max(top));

            let mut sum = s.zero();
            for block in part.blocks() {
                let x = s.load(&self.x.vectors(n, block, row)[position]);
                let e = s.first(part.depth(block), math::exp(s, s.sub(x, top)));
                s.store(&mut part.vectors(block, row)[position], e);
                sum = s.add(sum, e);
            }
            let scale = s.splat(1.0 / s.reduce_add(sum));

            for block in part.blocks() {
                let y = &mut part.vectors(block, row)[position];
                s.store(y, s.mul(s.load(y), scale));
            }
        }
    }
}

/// The first `n` of 16 lanes.
#[inline(always)]
fn lanes(n: usize) -> u16 {
    ((1_u32 << n) - 1) as u16
}
