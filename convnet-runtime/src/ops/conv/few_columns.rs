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

use super::few::{Few, STEP, Strip};
use super::few_tile::{FILTERS, HALF, Positions, Sums};
use super::sweep::{Segment, Sink};
use super::winograd::columns::{POINTS, ROWS, TAPS};
use super::winograd::five::F4;
use super::{Geometry, Method, few};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};

/// Rows of two tiles.
pub const TOGETHER: usize = 2 * ROWS;
/// Most channels and columns, and most of these that go together.
const DEPTH: usize = 4;
const WIDEST: usize = 64;
const COLUMNS: usize = 32;
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
        && columns <= WIDEST
}

impl<K: Sink> Strip<'_, K> {
    /// Where the halves of a line begin.
    #[inline(always)]
    fn starts(&self) -> ([usize; WIDEST / HALF], usize) {
        let (mut starts, each) = ([0; WIDEST / HALF], self.few.columns().div_ceil(HALF));
        for (half, start) in starts[..each].iter_mut().enumerate() {
            *start = (half * HALF).min(self.few.columns() - HALF);
        }
        (starts, each)
    }

    /// The lines of the halves.
    #[inline(always)]
    fn lines(&self, each: usize) -> Range<usize> {
        self.halves.start / each..self.halves.end.div_ceil(each)
    }

    /// Computes the sums by the points of columns; they go to the same places as those of taps.
    ///
    /// # Safety
    /// The windows of all positions lie in the input, and there is room for the sums.
    #[inline(always)]
    pub unsafe fn by_columns<S: Simd>(&self, s: S, filters: &[f32], sums: *mut f32) {
        let Self { few, sample, .. } = *self;
        let (together, (starts, each)) = (few.together(), self.starts());
        let lines = self.lines(each);
        let mut memory = MaybeUninit::uninit();
        for line in lines.clone().step_by(TOGETHER / together) {
            for (part, starts) in starts[..each].chunks(COLUMNS / HALF).enumerate() {
                let tiles = Tiles { few, sample, row: line * together, starts, filters, memory: memory.as_mut_ptr() };
                // SAFETY: the caller's promise; the memory is this task's.
                unsafe {
                    tiles.products(s);
                    let to = sums.wrapping_add((line - lines.start) * each * together * HALF);
                    for f in 0..few.geometry.output[2] {
                        for half in 0..starts.len() {
                            let rows = tiles.rows(s, f, half);
                            let half = part * (COLUMNS / HALF) + half;
                            let place =
                                |row: usize| ((row / together * each + half) * together + row % together) * HALF;
                            for (r, v) in rows.into_iter().enumerate() {
                                let [upper, lower] = [r, ROWS + r].map(|row| to.wrapping_add(f * STEP + place(row)));
                                s.store_halves(upper, lower, v);
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A strip whose largest sums of the pool's windows, computed by the points of columns, go straight to the sink.
pub struct Largest<'a, K>(pub Strip<'a, K>);

impl<K: Sink> Kernel for Largest<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Strip { few, sample, .. } = self.0;
        let (starts, each) = self.0.starts();
        let lines = self.0.lines(each);
        let mut memory = MaybeUninit::uninit();
        for line in lines.clone().step_by(ROWS) {
            for (part, starts) in starts[..each].chunks(COLUMNS / HALF).enumerate() {
                let filters = few.points.unwrap_or_default();
                let tiles = Tiles { few, sample, row: 2 * line, starts, filters, memory: memory.as_mut_ptr() };
                // SAFETY: the windows of all positions lie in the input, the sink can take them, and the memory is this task's.
                unsafe {
                    tiles.products(s);
                    tiles.largest(s, line..lines.end, part * COLUMNS);
                }
            }
        }
    }
}

/// Eight rows of sums of a sample, in two tiles.
struct Tiles<'a, K> {
    /// A convolution that `fits`.
    few: &'a Few<'a, K>,
    /// The sample.
    sample: usize,
    /// The first row.
    row: usize,
    /// Where some halves of a row begin.
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

impl<K: Sink> Tiles<'_, K> {
    /// Computes the sums at the points.
    ///
    /// # Safety
    /// The windows of all positions lie in the input, and the memory is there for these tiles alone.
    #[inline(always)]
    unsafe fn products<S: Simd>(&self, s: S) {
        let Self { few: Few { geometry, .. }, starts, filters, memory, .. } = *self;
        // SAFETY: fields of the memory, by address.
        let (input, sums) = unsafe { ((&raw mut (*memory).input).cast::<f32>(), (&raw mut (*memory).sums).cast()) };
        let mut places = [[0; 2]; COLUMNS / HALF];
        for (place, &start) in places.iter_mut().zip(starts) {
            *place = [start - starts[0], ROW + start - starts[0]];
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

    /// Hands the largest sums of the pool's windows to the sink: of four lines, if there are as many, from a column on.
    ///
    /// # Safety
    /// The products have been computed, and the sink can take them.
    #[inline(always)]
    unsafe fn largest<S: Simd>(&self, s: S, lines: Range<usize>, column: usize) {
        let Few { geometry, sink, .. } = self.few;
        let mut larger = [[[0.0; LANES]; FILTERS]; 2];
        for (half, &start) in self.starts.iter().enumerate() {
            for f in 0..geometry.output[2] {
                // SAFETY: the caller's promise.
                let rows = unsafe { self.rows(s, f, half) };
                for i in 0..2 {
                    s.store(&mut larger[i][f], s.max(rows[2 * i + 1], rows[2 * i]));
                }
            }
            let column = column + half * HALF;
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
                unsafe { sink.take_windows(s, at, s.turn_pairs(rows)) };
            }
        }
    }

    /// Writes the input at its points.
    #[inline(always)]
    unsafe fn input<S: Simd>(&self, s: S, to: *mut f32) {
        let Self { few: Few { geometry, x, .. }, sample, row, starts, .. } = *self;
        let [first, end] = [starts[0], starts[starts.len() - 1] + HALF];
        let columns = end - first + TAPS - 1;
        // Behind the last row of the output, sums count no more, and what they see may not be there.
        let last = geometry.output[0] + TAPS - 2;
        let mut rows = [row.min(last) * x.row; TOGETHER + TAPS - 1];
        for i in 1..rows.len() {
            rows[i] = rows[i - 1] + if row + i <= last { x.row } else { 0 };
        }
        let step = geometry.input[2] * 2 * ROW;
        for c in 0..geometry.input[2] {
            let [up, left] = geometry.pad.map(|pad| -(pad as isize));
            let from = x.at(sample, c, up, left + first as isize).cast_const();
            for start in (0..columns).step_by(HALF) {
                let start = start.min(columns - HALF);
                let both = std::array::from_fn(|r| [r, ROWS + r].map(|r| from.wrapping_add(rows[r] + start)));
                let to = to.wrapping_add(c * 2 * ROW + start);
                // SAFETY: the caller's promise.
                unsafe { F4::input_halves(s, both, [to, to.wrapping_add(ROW)], step) };
            }
        }
    }
}
