//! Pooling on the CPU: 16 channels at a time.

// Indices name the positions of a window.
#![allow(clippy::needless_range_loop)]

use std::ops::Range;

use super::{Kind, Stage, Window};
use crate::cpu::map::{Buffer, Gradient, LANES};
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

    /// The columns of the output whose windows lie in the input, among `len`.
    #[inline(always)]
    fn inside(&self, len: usize) -> Range<usize> {
        let (stride, before) = (self.stride[1], self.pad[1]);
        let first = before.div_ceil(stride).min(len);
        let last = (before + self.input.map.width).checked_sub(self.kernel[1]).map_or(0, |room| room / stride + 1);
        first..last.clamp(first, len)
    }

    /// The window is `R` by `C`, and `R` rows of it lie in the input.
    #[inline(always)]
    fn is<const R: usize, const C: usize>(&self, rows: Window) -> bool {
        self.kernel == [R, C] && rows.last - rows.first == R
    }
}

/// `R` rows of a block from `y` on.
#[inline(always)]
fn lines<'a, const R: usize>(x: &Source<'a>, sample: usize, block: usize, y: usize) -> [&'a [[f32; LANES]]; R] {
    let mut lines: [&[[f32; LANES]]; R] = [&[]; R];
    for (i, line) in lines.iter_mut().enumerate() {
        *line = x.vectors(sample, block, y + i);
    }
    lines
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
        let y = part.vectors(block, oy);
        let inside = self.stage.inside(y.len());
        if self.stage.is::<3, 3>(rows) {
            self.fixed::<S, 3, 3>(
                s,
                lines(&self.x, sample, block, rows.first),
                rows,
                inside.start,
                &mut y[inside.clone()],
            );
        } else if self.stage.is::<2, 2>(rows) {
            self.fixed::<S, 2, 2>(
                s,
                lines(&self.x, sample, block, rows.first),
                rows,
                inside.start,
                &mut y[inside.clone()],
            );
        } else {
            self.any(s, sample, block, rows, inside.start, &mut y[inside.clone()]);
        }
        self.any(s, sample, block, rows, 0, &mut y[..inside.start]);
        self.any(s, sample, block, rows, inside.end, &mut y[inside.end..]);
    }
}

impl Forward<'_> {
    /// Windows that lie in the input, from column `first` of the output on.
    #[inline(always)]
    fn fixed<S: Simd, const R: usize, const C: usize>(
        &self,
        s: S,
        lines: [&[[f32; LANES]]; R],
        rows: Window,
        first: usize,
        y: &mut [[f32; LANES]],
    ) {
        let (stride, max) = (self.stage.stride[1], self.stage.kind == Kind::Max);
        let share = s.splat(1.0 / (rows.count * C) as f32);
        let mut start = first * stride - self.stage.pad[1];
        for y in y {
            let mut v = s.splat(if max { f32::NEG_INFINITY } else { 0.0 });
            for line in lines {
                for x in &line[start..start + C] {
                    v = if max { s.max(s.load(x), v) } else { s.add(s.load(x), v) };
                }
            }
            s.store(y, if max { v } else { s.mul(v, share) });
            start += stride;
        }
    }

    /// Any windows.
    #[inline(always)]
    fn any<S: Simd>(&self, s: S, sample: usize, block: usize, rows: Window, first: usize, y: &mut [[f32; LANES]]) {
        let max = self.stage.kind == Kind::Max;
        for (i, y) in y.iter_mut().enumerate() {
            let columns = self.stage.columns(first + i);
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
        let (n, block) = (part.sample, part.blocks().start);
        for oy in 0..self.dy.map().height {
            let rows = self.stage.rows(oy);
            let dy = self.dy.vectors(n, block, oy);
            let inside = self.stage.inside(dy.len());
            if self.stage.is::<3, 3>(rows) {
                self.fixed::<S, 3, 3>(s, part, rows.first, inside.start, &dy[inside.clone()]);
            } else if self.stage.is::<2, 2>(rows) {
                self.fixed::<S, 2, 2>(s, part, rows.first, inside.start, &dy[inside.clone()]);
            } else {
                self.any(s, part, rows, inside.start, &dy[inside.clone()]);
            }
            self.any(s, part, rows, 0, &dy[..inside.start]);
            self.any(s, part, rows, inside.end, &dy[inside.end..]);
        }
    }
}

impl BackwardMax<'_> {
    /// Windows that lie in the input, from column `first` of the output on.
    #[inline(always)]
    fn fixed<S: Simd, const R: usize, const C: usize>(
        &self,
        s: S,
        part: &mut Part<'_>,
        row: usize,
        first: usize,
        dy: &[[f32; LANES]],
    ) {
        let (n, block, stride) = (part.sample, part.blocks().start, self.stage.stride[1]);
        let lines: [_; R] = lines(&self.x, n, block, row);
        let mut start = first * stride - self.stage.pad[1];
        for dy in dy {
            // The number of the first position with the largest value, in each lane.
            let mut best = s.splat(f32::NEG_INFINITY);
            let mut winner = s.zero();
            for r in 0..R {
                for (c, x) in lines[r][start..start + C].iter().enumerate() {
                    let value = s.load(x);
                    winner = s.select(s.gt(value, best), s.splat((r * C + c) as f32), winner);
                    best = s.max(value, best);
                }
            }
            let dy = s.load(dy);
            for r in 0..R {
                for (c, dx) in part.vectors(block, row + r)[start..start + C].iter_mut().enumerate() {
                    give(s, winner, r * C + c, dy, dx);
                }
            }
            start += stride;
        }
    }

    /// Any windows.
    #[inline(always)]
    fn any<S: Simd>(&self, s: S, part: &mut Part<'_>, rows: Window, first: usize, dy: &[[f32; LANES]]) {
        let (n, block) = (part.sample, part.blocks().start);
        for (i, dy) in dy.iter().enumerate() {
            let columns = self.stage.columns(first + i);
            let window = || (rows.first..rows.last).flat_map(|y| (columns.first..columns.last).map(move |x| (y, x)));

            let mut best = s.splat(f32::NEG_INFINITY);
            let mut winner = s.zero();
            for (i, (y, x)) in window().enumerate() {
                let value = s.load(&self.x.vectors(n, block, y)[x]);
                winner = s.select(s.gt(value, best), s.splat(i as f32), winner);
                best = s.max(value, best);
            }
            let dy = s.load(dy);
            for (i, (y, x)) in window().enumerate() {
                give(s, winner, i, dy, &mut part.vectors(block, y)[x]);
            }
        }
    }
}

/// Adds the gradient to position `i` of a window in the lanes where it won.
#[inline(always)]
fn give<S: Simd>(s: S, winner: S::V, i: usize, dy: S::V, dx: &mut [f32; LANES]) {
    let distance = s.sub(winner, s.splat(i as f32));
    let here = s.gt(s.splat(0.25), s.mul(distance, distance));
    s.store(dx, s.add(s.load(dx), s.select(here, dy, s.zero())));
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
        let (n, block) = (part.sample, part.blocks().start);
        for oy in 0..self.dy.map().height {
            let rows = self.stage.rows(oy);
            let dy = self.dy.vectors(n, block, oy);
            for y in rows.first..rows.last {
                let dx = part.vectors(block, y);
                for (ox, dy) in dy.iter().enumerate() {
                    let columns = self.stage.columns(ox);
                    let share = s.mul(s.load(dy), s.splat(1.0 / (rows.count * columns.count) as f32));
                    for dx in &mut dx[columns.first..columns.last] {
                        s.store(dx, s.add(s.load(dx), share));
                    }
                }
            }
        }
    }
}
