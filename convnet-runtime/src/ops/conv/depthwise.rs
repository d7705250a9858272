//! Depthwise convolutions forward: filters of three columns, side by side, each position's sum with what follows it in
//! registers. A task takes some rows of one block of channels.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use std::ops::Range;

use super::epilogue::Epilogue;
use super::tile::by_pixels;
use super::{Algorithm, Bias, Stage};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, cut, parallel};
use crate::cpu::view::View;

/// Parts of a plane, at least: what each reads, the layer before has written row by row.
const STRIPS: usize = 4;
/// Tasks that keep all processors busy.
const TASKS: usize = 32;

/// Whether a stage is such a convolution, and what follows its sums so simple.
pub fn fits(stage: &Stage) -> bool {
    let geometry = &stage.geometry;
    geometry.algorithm == Algorithm::Depthwise
        && geometry.kernel[1] == 3
        && geometry.dilation[1] == 1
        && matches!(geometry.stride[1], 1 | 2)
        && geometry.bias != Bias::Position
        && stage.activation.bounds().is_some()
        && !stage.pool
}

/// A convolution that fits.
#[derive(Clone, Copy)]
pub struct Depthwise<'a> {
    /// What runs.
    pub stage: &'a Stage,
    /// The input.
    pub x: View,
    /// Packed weights.
    pub w: *const f32,
    /// Samples.
    pub samples: usize,
    /// What follows the sums.
    pub sink: &'a Epilogue,
}

// SAFETY: the weights are only read.
unsafe impl Sync for Depthwise<'_> {}

impl Depthwise<'_> {
    /// Computes all outputs.
    ///
    /// # Safety
    /// The input's border is as wide as the windows reach, the weights are complete, the output is as large as the stage says,
    /// and nobody else touches either.
    pub unsafe fn run(self) {
        dispatch(self);
    }
}

impl Kernel for Depthwise<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let [rows, columns, depth] = self.stage.geometry.output;
        let blocks = depth.div_ceil(LANES);
        let strips = TASKS.div_ceil(self.samples * blocks).max(STRIPS).min(rows);
        let work = MOVE * self.samples * rows * columns * depth;
        parallel(self.samples * strips * blocks, work, |i| {
            let (i, block) = (i / blocks, i % blocks);
            let (sample, strip) = (i / strips, i % strips);
            if strip == 0 {
                // SAFETY: the first strip of a plane writes its border.
                unsafe { self.sink.output.clear_border(sample, block) };
            }
            let rows = cut(rows, strips, strip)..cut(rows, strips, strip + 1);
            s.vectorize(Strip { conv: &self, sample, block, rows });
        });
    }
}

/// Some rows of one plane.
struct Strip<'a> {
    conv: &'a Depthwise<'a>,
    sample: usize,
    block: usize,
    rows: Range<usize>,
}

impl Kernel for Strip<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let geometry = &self.conv.stage.geometry;
        // The weights of a row of taps are in registers, too.
        let most = const { if S::TILE_PIXELS > 4 { S::TILE_PIXELS - 2 } else { S::TILE_PIXELS } };
        let columns = geometry.output[1];
        // Tiles that differ by one at most: the larger ones, then the others.
        let tiles = columns.div_ceil(most);
        let (len, larger) = (columns / tiles, columns % tiles);
        let parts = [(0, larger, len + 1), (larger * (len + 1), tiles - larger, len)];
        by_pixels!(parts, S::TILE_PIXELS, [1 2 3 4 5 6 7 8 9 10 11 12], |column, count, P| {
            if geometry.stride[1] == 1 {
                s.vectorize(Columns::<P, 1> { strip: &self, column, count });
            } else {
                s.vectorize(Columns::<P, 2> { strip: &self, column, count });
            }
        });
    }
}

/// So many tiles of `P` positions of each row, from a column on; `STRIDE` columns of the input from a position to the next:
/// each is read once for all that it belongs to.
struct Columns<'a, const P: usize, const STRIDE: usize> {
    strip: &'a Strip<'a>,
    column: usize,
    count: usize,
}

impl<const P: usize, const STRIDE: usize> Kernel for Columns<'_, P, STRIDE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Strip { conv, sample, block, rows } = self.strip;
        let Depthwise { stage, x, w, sink, .. } = conv;
        let geometry = &stage.geometry;
        let [above, left] = geometry.pad.map(|pad| pad as isize);
        let w = w.wrapping_add(block * 3 * geometry.kernel[0] * LANES);
        let step = geometry.dilation[0] * x.row;
        let lanes = sink.depth - block * LANES;
        let [low, top] = stage.activation.bounds().unwrap_or([f32::NEG_INFINITY, f32::INFINITY]);
        let [low, top] = [s.splat(low), s.splat(top)];
        // SAFETY: the promise of whoever called `Depthwise::run`; the rows are this task's.
        unsafe {
            let (scale, shift) = sink.affine(s, *block);
            for y in rows.clone() {
                let row = (y * geometry.stride[0]) as isize - above;
                let mut x = x.at(*sample, *block, row, (self.column * STRIDE) as isize - left).cast_const();
                let mut to = sink.output.at(*sample, *block, y as isize, self.column as isize);
                let mut residual = sink.residual.map(|r| r.at(*sample, *block, y as isize, self.column as isize));
                for _ in 0..self.count {
                    let mut acc = [s.zero(); P];
                    let (mut w, mut taps) = (w, x);
                    for _ in 0..geometry.kernel[0] {
                        let b = [s.load_from(w), s.load_from(w.add(LANES)), s.load_from(w.add(2 * LANES))];
                        for column in 0..(P - 1) * STRIDE + 3 {
                            let a = s.load_from(taps.add(column * LANES));
                            for p in 0..P {
                                let tap = column.wrapping_sub(p * STRIDE);
                                if tap < 3 {
                                    acc[p] = s.fma(a, b[tap], acc[p]);
                                }
                            }
                        }
                        w = w.add(3 * LANES);
                        taps = taps.wrapping_add(step);
                    }
                    for p in 0..P {
                        let mut v = s.fma(acc[p], scale, shift);
                        if let Some(residual) = residual {
                            v = s.add(v, s.load_from(residual.add(p * LANES)));
                        }
                        v = s.min(top, s.max(low, v));
                        s.store_to(to.add(p * LANES), if lanes < LANES { s.first(lanes, v) } else { v });
                    }
                    x = x.wrapping_add(P * STRIDE * LANES);
                    to = to.wrapping_add(P * LANES);
                    residual = residual.map(|residual| residual.wrapping_add(P * LANES));
                }
            }
        }
    }
}
