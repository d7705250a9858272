//! What follows the sums: bias or folded batch norm, residual, activation, 2x2 max pool, store.

use super::finish::Finish;
use super::places::Places;
use super::sweep::{Segment, Sink};
use super::sweep_ahead::Lines;
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};
use crate::cpu::view::View;
use crate::ops::activation::Activation;

/// `y = pool(f(scale (sums + bias per position) + shift + residual))`
#[derive(Clone, Copy)]
pub struct Epilogue {
    /// Where y goes.
    pub output: View,
    /// Output channels.
    pub depth: usize,
    /// One factor per channel.
    pub scale: Option<*const f32>,
    /// One summand per channel.
    pub shift: Option<*const f32>,
    /// One summand per channel and position, `[channel / 16][row][column][16]`, and the floats of a row and of a block.
    pub position: Option<(*const f32, usize, usize)>,
    /// Added before the activation.
    pub residual: Option<View>,
    /// f
    pub activation: Activation,
    /// Where the winners' words go, and the words of a sample.
    pub winners: Option<(*mut u32, usize)>,
}

// SAFETY: the addresses that it holds are read, but for those of `output` and `winners`, where each segment has its own.
unsafe impl Sync for Epilogue {}

impl Epilogue {
    /// The vectors `scale` and `shift` of a block.
    #[inline(always)]
    pub unsafe fn affine<S: Simd>(&self, s: S, block: usize) -> (S::V, S::V) {
        // SAFETY: parameters have whole blocks.
        unsafe {
            let scale = self.scale.map_or(s.splat(1.0), |scale| s.load_from(scale.add(block * LANES)));
            let shift = self.shift.map_or(s.zero(), |shift| s.load_from(shift.add(block * LANES)));
            (scale, shift)
        }
    }

    /// One position before the activation.
    #[inline(always)]
    unsafe fn sum<S: Simd>(&self, s: S, at: Segment, (scale, shift): (S::V, S::V), sums: *const f32) -> S::V {
        // SAFETY: the segment lies in the output, and so in the residual and the bias.
        unsafe {
            let mut v = s.load_from(sums);
            if let Some((bias, row, block)) = self.position {
                v = s.add(v, s.load_from(bias.add(at.block * block + at.row * row + at.column * LANES)));
            }
            v = s.fma(v, scale, shift);
            if let Some(residual) = self.residual {
                let at = residual.at(at.sample, at.block, at.row as isize, at.column as isize);
                v = s.add(v, s.load_from(at));
            }
            v
        }
    }

    /// The same number is added to all sums of a channel, and nothing else is done before the activation.
    #[inline(always)]
    fn is_shift(&self) -> bool {
        self.scale.is_none() && self.position.is_none() && self.residual.is_none()
    }

    /// Where a segment of the output begins.
    #[inline(always)]
    fn place(&self, at: Segment) -> *mut f32 {
        self.output.at(at.sample, at.block, at.row as isize, at.column as isize)
    }
}

impl Epilogue {
    #[inline(always)]
    unsafe fn each<S: Simd>(&self, s: S, at: Segment, sums: *const f32) {
        let lanes = self.depth - at.block * LANES;
        // SAFETY: the segment lies in the output, and so in the residual; it is this thread's.
        unsafe {
            let (affine, y) = (self.affine(s, at.block), self.place(at));
            if let (Some([low, top]), None) = (self.activation.bounds(), self.position) {
                let [low, top] = [s.splat(low), s.splat(top)];
                let residual = self.residual.map(|r| r.at(at.sample, at.block, at.row as isize, at.column as isize));
                for i in 0..at.len {
                    let mut v = s.fma(s.load_from(sums.add(i * LANES)), affine.0, affine.1);
                    if let Some(residual) = residual {
                        v = s.add(v, s.load_from(residual.add(i * LANES)));
                    }
                    s.store_to(y.add(i * LANES), s.first(lanes, s.min(top, s.max(low, v))));
                }
                return;
            }
            for i in 0..at.len {
                let at = Segment { column: at.column + i, ..at };
                let v = self.activation.apply(s, self.sum(s, at, affine, sums.add(i * LANES)));
                s.store_to(y.add(i * LANES), s.first(lanes, v));
            }
        }
    }

    #[inline(always)]
    unsafe fn pairs<S: Simd>(&self, s: S, at: Segment, top: *const f32, bottom: *const f32) {
        let lanes = self.depth - at.block * LANES;
        let early = !self.activation.is_monotone();
        let winners = self.winners(at);
        // SAFETY: the four positions lie in the volume before the pool, the pooled one in the output; it is this thread's.
        unsafe {
            let (affine, y) = (self.affine(s, at.block), self.place(at));
            if winners.is_none() && !early && self.is_shift() {
                // The largest is the same before and after the shift.
                for i in 0..at.len {
                    let (top, bottom) = (top.add(2 * i * LANES), bottom.add(2 * i * LANES));
                    let above = s.max(s.load_from(top.add(LANES)), s.load_from(top));
                    let under = s.max(s.load_from(bottom.add(LANES)), s.load_from(bottom));
                    let v = self.activation.apply(s, s.add(s.max(under, above), affine.1));
                    s.store_to(y.add(i * LANES), s.first(lanes, v));
                }
                return;
            }
            // Who wins does not depend on the shift.
            let late = !early && self.is_shift();
            for i in 0..at.len {
                let column = at.column + i;
                let mut v = [s.zero(); 4];
                for (j, v) in v.iter_mut().enumerate() {
                    let (dy, dx) = (j / 2, j % 2);
                    let at = Segment { row: 2 * at.row + dy, column: 2 * column + dx, ..at };
                    let sums = if dy == 0 { top } else { bottom };
                    let sums = sums.add((2 * i + dx) * LANES);
                    *v = if late { s.load_from(sums) } else { self.sum(s, at, affine, sums) };
                    if early {
                        *v = self.activation.apply(s, *v);
                    }
                }
                // The first of equals wins.
                let [right_above, right_below] = [s.gt(v[1], v[0]), s.gt(v[3], v[2])];
                let [above, under] = [s.select(right_above, v[1], v[0]), s.select(right_below, v[3], v[2])];
                let below = s.gt(under, above);
                let mut v = s.select(below, under, above);
                if let Some(winners) = winners {
                    let rows = s.bits(below);
                    let columns = s.bits(right_below) & rows | s.bits(right_above) & !rows;
                    winners.add(i).write(u32::from(rows) << 16 | u32::from(columns));
                }
                if late {
                    v = s.add(v, affine.1);
                }
                if !early {
                    v = self.activation.apply(s, v);
                }
                s.store_to(y.add(i * LANES), s.first(lanes, v));
            }
        }
    }
}

impl Sink for Epilogue {
    #[inline(always)]
    unsafe fn take<S: Simd>(&self, s: S, at: Segment, sums: *const f32) {
        s.vectorize(Each { epilogue: self, at, sums });
    }

    #[inline(always)]
    unsafe fn take_pairs<S: Simd>(&self, s: S, at: Segment, top: *const f32, bottom: *const f32) {
        s.vectorize(Pairs { epilogue: self, at, top, bottom });
    }

    fn wants_largest(&self) -> bool {
        // The largest is the same before and after the shift.
        self.activation.is_monotone() && self.is_shift()
    }

    #[inline(always)]
    fn winners(&self, at: Segment) -> Option<*mut u32> {
        let [height, width] = [self.output.map.height, self.output.map.width];
        let place = |words: usize| at.sample * words + (at.block * height + at.row) * width + at.column;
        self.winners.map(|(winners, words)| winners.wrapping_add(place(words)))
    }

    #[inline(always)]
    unsafe fn take_windows<S: Simd>(&self, s: S, at: [Segment; 2], v: [S::V; 4]) {
        let Some([least, most]) = self.activation.bounds() else {
            let mut memory = [[[0.0; LANES]; 4]; 2];
            for j in 0..4 {
                let v = v[j];
                s.store(&mut memory[0][j], s.first(8, v));
                s.store(&mut memory[1][j], s.first(8, s.swap(v)));
            }
            for (at, sums) in at.into_iter().zip(&memory) {
                // SAFETY: the caller's promise.
                unsafe { self.take(s, at, sums[4 - at.len..].as_ptr().cast()) };
            }
            return;
        };
        let [least, most] = [s.splat(least), s.splat(most)];
        let lanes = ((1_u32 << self.depth) - 1) as u16;
        let own = s.mask(lanes << 8 | lanes);
        let places = at.map(|at| self.place(at).wrapping_sub((4 - at.len) * LANES));
        // SAFETY: the segments lie in the output; they are this thread's.
        unsafe {
            let shift = s.first(8, self.affine(s, 0).1);
            let shift = s.add(shift, s.swap(shift));
            let whole = at[0].len == 4 && at[1].len == 4;
            for j in 0..4 {
                let v = s.select(own, s.min(most, s.max(least, s.add(v[j], shift))), s.zero());
                if whole {
                    s.store_to(places[0].wrapping_add(j * LANES), s.first(8, v));
                    s.store_to(places[1].wrapping_add(j * LANES), s.first(8, s.swap(v)));
                    continue;
                }
                if j + at[0].len >= 4 {
                    s.store_to(places[0].wrapping_add(j * LANES), s.first(8, v));
                }
                if j + at[1].len >= 4 {
                    s.store_to(places[1].wrapping_add(j * LANES), s.first(8, s.swap(v)));
                }
            }
        }
    }

    #[inline(always)]
    fn finish(&self, at: Segment, blocks: usize) -> Option<Finish> {
        let bounds = self.activation.bounds()?;
        let first = at.block * LANES;
        if self.position.is_some() || first + blocks * LANES > self.depth {
            return None;
        }
        let places = |view: View| {
            let place = view.at(at.sample, at.block, at.row as isize, at.column as isize);
            Places::rows(place, LANES, [at.column, self.output.map.width], view.row)
        };
        let channels = |values: Option<*const f32>| values.map(|values| values.wrapping_add(first));
        Some(Finish {
            places: [places(self.output), self.residual.map_or(Places::NONE, places)],
            block: [self.output.plane, self.residual.map_or(0, |view| view.plane)],
            scale: channels(self.scale),
            shift: channels(self.shift),
            bounds,
        })
    }

    #[inline(always)]
    fn lines(&self, at: Segment) -> [Lines; 2] {
        let lines = |view: View| {
            let first = view.at(at.sample, at.block, at.row as isize, at.column as isize);
            Lines { first, step: LANES, row: view.row }
        };
        [lines(self.output), self.residual.map_or(Lines::NONE, lines)]
    }

    unsafe fn border(&self, sample: usize, block: usize) {
        // SAFETY: the promise of the caller.
        unsafe { self.output.clear_border(sample, block) };
    }
}

/// See [`Sink::take`]. A kernel of its own, as the next: all convolutions end in it.
struct Each<'a> {
    epilogue: &'a Epilogue,
    at: Segment,
    sums: *const f32,
}

impl Kernel for Each<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        // SAFETY: the promise of whoever called `take`.
        unsafe { self.epilogue.each(s, self.at, self.sums) };
    }
}

/// See [`Sink::take_pairs`].
struct Pairs<'a> {
    epilogue: &'a Epilogue,
    at: Segment,
    top: *const f32,
    bottom: *const f32,
}

impl Kernel for Pairs<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        // SAFETY: the promise of whoever called `take_pairs`.
        unsafe { self.epilogue.pairs(s, self.at, self.top, self.bottom) };
    }
}
