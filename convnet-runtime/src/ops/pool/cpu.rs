//! Pooling on the CPU: 16 channels at a time.

use super::{Kind, Stage, Window};
use crate::cpu::map::{Buffer, Gradient};
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, run: &mut Run<'_>) {
    let ([x], y) = run.volumes([&stage.input], &stage.output);
    y.each(Cut::Rows, &Forward { stage, x });
}

/// The gradient of the input; reads the input of a maximum.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, run: &mut Run<'_>) {
    match stage.kind {
        Kind::Max => {
            let ([x, dy], dx) = run.volumes([&stage.input, output_gradient], input_gradient);
            dx.each(Cut::Planes, &BackwardMax { stage, x, dy });
        }
        Kind::Average => {
            let ([dy], dx) = run.volumes([output_gradient], input_gradient);
            dx.each(Cut::Planes, &BackwardAverage { stage, dy });
        }
    }
}

impl Stage {
    #[inline(always)]
    fn rows(&self, oy: usize) -> Window {
        Window::new(oy, self.kernel[0], self.stride[0], self.pad[0], self.pad[2], self.input.map.height)
    }

    #[inline(always)]
    fn columns(&self, ox: usize) -> Window {
        Window::new(ox, self.kernel[1], self.stride[1], self.pad[1], self.pad[3], self.input.map.width)
    }
}

struct Forward<'a> {
    stage: &'a Stage,
    x: Source<'a>,
}

impl Job for Forward<'_> {
    fn cost(&self) -> usize {
        self.stage.kernel[0] * self.stage.kernel[1]
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, oy) = part.place();
        let rows = self.stage.rows(oy);
        let sample = part.sample;
        for (ox, y) in part.vectors(block, oy).iter_mut().enumerate() {
            let columns = self.stage.columns(ox);
            let max = self.stage.kind == Kind::Max;
            let mut v = s.splat(if max { f32::NEG_INFINITY } else { 0.0 });
            for y in rows.first..rows.last {
                for x in &self.x.vectors(sample, block, y)[columns.first..columns.last] {
                    v = if max { s.max(s.load(x), v) } else { s.add(s.load(x), v) };
                }
            }
            if !max {
                v = s.mul(v, s.splat(1.0 / (rows.count * columns.count) as f32));
            }
            s.store(y, v);
        }
    }
}

struct BackwardMax<'a> {
    stage: &'a Stage,
    x: Source<'a>,
    dy: Source<'a>,
}

impl Job for BackwardMax<'_> {
    fn cost(&self) -> usize {
        self.stage.kernel[0] * self.stage.kernel[1]
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        if !part.accumulate {
            part.clear();
        }
        let (n, block) = (part.sample, part.blocks.start);
        for oy in 0..self.dy.map().height {
            let rows = self.stage.rows(oy);
            for (ox, dy) in self.dy.vectors(n, block, oy).iter().enumerate() {
                let columns = self.stage.columns(ox);
                let window =
                    || (rows.first..rows.last).flat_map(|y| (columns.first..columns.last).map(move |x| (y, x)));

                // The number of the first position with the largest value, in each lane.
                let mut best = s.splat(f32::NEG_INFINITY);
                let mut winner = s.zero();
                for (i, (y, x)) in window().enumerate() {
                    let value = s.load(&self.x.vectors(n, block, y)[x]);
                    winner = s.select(s.gt(value, best), s.splat(i as f32), winner);
                    best = s.max(value, best);
                }
                let dy = s.load(dy);
                for (i, (y, x)) in window().enumerate() {
                    let distance = s.sub(winner, s.splat(i as f32));
                    let here = s.gt(s.splat(0.25), s.mul(distance, distance));
                    let dx = &mut part.vectors(block, y)[x];
                    s.store(dx, s.add(s.load(dx), s.select(here, dy, s.zero())));
                }
            }
        }
    }
}

struct BackwardAverage<'a> {
    stage: &'a Stage,
    dy: Source<'a>,
}

impl Job for BackwardAverage<'_> {
    fn cost(&self) -> usize {
        2
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        if !part.accumulate {
            part.clear();
        }
        let (n, block) = (part.sample, part.blocks.start);
        for oy in 0..self.dy.map().height {
            let rows = self.stage.rows(oy);
            for (ox, dy) in self.dy.vectors(n, block, oy).iter().enumerate() {
                let columns = self.stage.columns(ox);
                let share = s.mul(s.load(dy), s.splat(1.0 / (rows.count * columns.count) as f32));
                for y in rows.first..rows.last {
                    for dx in &mut part.vectors(block, y)[columns.first..columns.last] {
                        s.store(dx, s.add(s.load(dx), share));
                    }
                }
            }
        }
    }
}
