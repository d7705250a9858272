//! Maxout on the CPU.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient, LANES};
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, run: &mut Run<'_>) {
    let ([x], y) = run.volumes([&stage.input], &stage.output);
    y.each(Cut::Rows, &Forward { x, k: stage.k });
}

/// The gradient of the input; reads the input.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, run: &mut Run<'_>) {
    let ([x, dy], dx) = run.volumes([&stage.input, output_gradient], input_gradient);
    dx.each(Cut::Columns, &Backward { x, dy, k: stage.k });
}

struct Forward<'a> {
    x: Source<'a>,
    k: usize,
}

impl Job for Forward<'_> {
    fn cost(&self) -> usize {
        8
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, row) = part.place();
        let (n, depth) = (part.sample, part.depth(block));
        let y = part.vectors(block, row);
        for y in y.iter_mut() {
            s.store(y, s.first(depth, s.splat(f32::NEG_INFINITY)));
        }
        for lane in 0..depth {
            for c in (block * LANES + lane) * self.k..(block * LANES + lane + 1) * self.k {
                for (y, x) in y.iter_mut().zip(self.x.vectors(n, c / LANES, row)) {
                    y[lane] = y[lane].max(x[c % LANES]);
                }
            }
        }
    }
}

struct Backward<'a> {
    x: Source<'a>,
    dy: Source<'a>,
    k: usize,
}

impl Job for Backward<'_> {
    fn cost(&self) -> usize {
        8
    }

    #[inline(always)]
    fn run<S: Simd>(&self, _: S, part: &mut Part<'_>) {
        if !part.accumulate {
            part.clear();
        }
        let (n, row) = (part.sample, part.rows().start);
        for unit in 0..self.dy.map().channels {
            for (position, dy) in self.dy.vectors(n, unit / LANES, row).iter().enumerate() {
                let x = |c: usize| self.x.vectors(n, c / LANES, row)[position][c % LANES];
                let channels = unit * self.k..(unit + 1) * self.k;
                let winner = channels.reduce(|best, c| if x(c) > x(best) { c } else { best });
                if let Some(c) = winner {
                    part.vectors(c / LANES, row)[position][c % LANES] += dy[unit % LANES];
                }
            }
        }
    }
}
