//! F(4x1, 5x5) for a convolution of planes with few filters: Winograd's filtering down the columns, with neighbouring
//! positions in the vectors.
//!
//! Two tiles of four rows go together, one in each half of the vectors, so that rows need not be whole vectors. Eight rows of
//! the input become `[point][channel][tile][column]`, the sums of their products `[point][filter][half of a row][tile][8]`,
//! and these the rows of sums that [`Few`](super::few::Few) hands on.

// Indices name rows and points.
#![allow(clippy::needless_range_loop)]

use std::mem::MaybeUninit;
use std::ops::Range;

use super::few::{STEP, Strip, VECTORS};
use super::few_tile::{FILTERS, HALF, Positions, Sums};
use super::sweep::{Segment, Sink};
use super::winograd::columns::{POINTS, ROWS, TAPS};
use super::winograd::five::F4;
use super::{Geometry, Method, few};
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;
use crate::cpu::view::View;

/// Rows of two tiles.
pub const TOGETHER: usize = 2 * ROWS;
/// Most channels and columns.
const DEPTH: usize = 4;
const COLUMNS: usize = 64;
/// From a tile's row of points to the next's, and from a filter's sums to the next's.
const ROW: usize = COLUMNS + LANES;
const POINT_STEP: usize = 2 * COLUMNS + LANES;

/// Whether a convolution of few filters is computed by the points of its columns.
pub fn fits(method: Method, geometry: &Geometry) -> bool {
    let [_, columns, _] = geometry.output;
    method == Method::Winograd4x1
        && few::fits(geometry)
        && (geometry.kernel, geometry.dilation) == ([TAPS; 2], [1, 1])
        && geometry.input[2] <= DEPTH
        && columns <= COLUMNS
}

impl<K: Sink> Strip<'_, K> {
    /// Computes the sums by the points of columns; they go to the same places as those of taps, or straight to the sink if it
    /// wants no more than the largest.
    ///
    /// # Safety
    /// The windows of all positions lie in the input, there is room for the sums, and the sink can take them.
    #[inline(always)]
    pub unsafe fn by_columns<S: Simd>(&self, s: S, filters: &[f32], sums: *mut f32, largest: bool) {
        let Self { few, sample, ref halves } = *self;
        let (together, each) = (few.together(), few.columns().div_ceil(HALF));
        let mut starts = [0; VECTORS];
        for (start, half) in starts.iter_mut().zip(self.each().take(each)) {
            *start = half.start;
        }
        let lines = halves.start / each..halves.end.div_ceil(each);
        let mut memory = MaybeUninit::uninit();
        for line in lines.clone().step_by(TOGETHER / together) {
            let tiles = Tiles {
                geometry: few.geometry,
                x: few.x,
                sample,
                row: line * together,
                starts: &starts[..each],
                filters,
                memory: memory.as_mut_ptr(),
            };
            // SAFETY: the caller's promise; the memory is this task's.
            unsafe {
                tiles.products(s);
                if largest {
                    self.largest_of(s, &tiles, line..lines.end);
                    continue;
                }
                let to = sums.wrapping_add((line - lines.start) * each * together * HALF);
                for f in 0..few.geometry.output[2] {
                    for half in 0..each {
                        let rows = tiles.rows(s, f, half);
                        let place = |row: usize| ((row / together * each + half) * together + row % together) * HALF;
                        for (r, v) in rows.into_iter().enumerate() {
                            let [upper, lower] = [r, ROWS + r].map(|row| to.wrapping_add(f * STEP + place(row)));
                            s.store_halves(upper, lower, v);
                        }
                    }
                }
            }
        }
    }

    /// Hands the largest sums of the pool's windows in two tiles to the sink: of four lines, if there are as many.
    #[inline(always)]
    unsafe fn largest_of<S: Simd>(&self, s: S, tiles: &Tiles<'_>, lines: Range<usize>) {
        let count = self.few.geometry.output[2];
        let mut larger = [[[0.0; LANES]; FILTERS]; 2];
        for (half, &start) in tiles.starts.iter().enumerate() {
            for f in 0..count {
                // SAFETY: the products have been computed.
                let rows = unsafe { tiles.rows(s, f, half) };
                for i in 0..2 {
                    s.store(&mut larger[i][f], s.max(rows[2 * i + 1], rows[2 * i]));
                }
            }
            let column = half * HALF;
            for i in 0..2 {
                let at = [i, 2 + i].map(|i| {
                    let row = lines.start + i;
                    let len = if row < lines.end { (HALF - (column - start)) / 2 } else { 0 };
                    Segment { sample: self.sample, block: 0, row, column: column / 2, len }
                });
                let mut rows = [s.zero(); FILTERS];
                for f in 0..FILTERS {
                    rows[f] = s.load(&larger[i][f]);
                }
                // SAFETY: the sink can take them, they are this task's.
                unsafe { self.few.sink.take_windows(s, at, s.turn_pairs(rows)) };
            }
        }
    }
}

/// Eight rows of sums of a sample, in two tiles.
struct Tiles<'a> {
    /// A convolution that `fits`.
    geometry: &'a Geometry,
    /// Its input.
    x: View,
    /// The sample.
    sample: usize,
    /// The first row.
    row: usize,
    /// Where each half of a row begins.
    starts: &'a [usize],
    /// Filters at their points.
    filters: &'a [f32],
    /// Room for one after the other.
    memory: *mut Memory,
}

/// What stands at the points.
#[repr(C, align(64))]
struct Memory {
    input: [f32; POINTS * DEPTH * 2 * ROW],
    sums: [f32; POINTS * FILTERS * POINT_STEP],
}

impl Tiles<'_> {
    /// Computes the sums at the points.
    ///
    /// # Safety
    /// The windows of all positions lie in the input, and the memory is there for these tiles alone.
    #[inline(always)]
    unsafe fn products<S: Simd>(&self, s: S) {
        let Self { geometry, starts, filters, memory, .. } = *self;
        // SAFETY: fields of the memory, by address.
        let (input, sums) = unsafe { ((&raw mut (*memory).input).cast::<f32>(), (&raw mut (*memory).sums).cast()) };
        let mut places = [[0; 2]; COLUMNS / HALF];
        for (place, &start) in places.iter_mut().zip(starts) {
            *place = [start, ROW + start];
        }
        let positions = Positions {
            taps: [geometry.input[2], 1, TAPS],
            steps: [2 * ROW, 0, 1],
            points: POINTS,
            x: input,
            places: &places[..starts.len()],
            w: filters.as_ptr(),
            sums: Sums { at: sums, filter: POINT_STEP, point: FILTERS * POINT_STEP },
        };
        // SAFETY: the caller's promise; there is room for all points of the input and of the sums.
        unsafe {
            self.input(s, input);
            positions.all(s, geometry.output[2]);
        }
    }

    /// Four rows of sums of a filter in a half, of the upper tile and of the lower one.
    ///
    /// # Safety
    /// The products have been computed.
    #[inline(always)]
    unsafe fn rows<S: Simd>(&self, s: S, filter: usize, half: usize) -> [S::V; ROWS] {
        let mut points = [s.zero(); POINTS];
        for p in 0..POINTS {
            // SAFETY: the caller's promise.
            points[p] = unsafe {
                let sums = (&raw const (*self.memory).sums).cast::<f32>();
                s.load_from(sums.add((p * FILTERS + filter) * POINT_STEP + half * LANES))
            };
        }
        F4::output(s, points)
    }

    /// Writes the input at its points.
    #[inline(always)]
    unsafe fn input<S: Simd>(&self, s: S, to: *mut f32) {
        let Self { geometry, x, sample, row, .. } = *self;
        let [up, left] = geometry.pad.map(|pad| -(pad as isize));
        let columns = geometry.output[1] + TAPS - 1;
        // Behind the last row of the output, sums count no more, and what they see may not be there.
        let last = geometry.output[0] + TAPS - 2;
        for c in 0..geometry.input[2] {
            let from = x.at(sample, c, up, left).cast_const();
            let to = to.wrapping_add(c * 2 * ROW);
            for start in (0..columns).step_by(HALF) {
                let start = start.min(columns - HALF);
                // SAFETY: the caller's promise.
                unsafe {
                    let mut d = [s.zero(); POINTS];
                    for r in 0..POINTS {
                        let [upper, lower] = [row + r, row + ROWS + r].map(|row| row.min(last) * x.row + start);
                        d[r] = s.load_halves(from.add(upper), from.add(lower));
                    }
                    let points = F4::input(s, d);
                    for p in 0..POINTS {
                        let to = to.add(p * geometry.input[2] * 2 * ROW + start);
                        s.store_halves(to, to.add(ROW), points[p]);
                    }
                }
            }
        }
    }
}
