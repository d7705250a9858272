//! F(4x1, 5x5) for a convolution of planes with few filters: Winograd's filtering down the columns, with neighbouring
//! positions in the vectors.
//!
//! Two tiles of four rows go together, one in each half of the vectors, so that rows need not be whole vectors. Eight rows of
//! the input become `[point][channel][tile][column]`, the sums of their products `[point][filter][half of a row][tile][8]`,
//! and these the rows of sums that [`Few`](super::few::Few) hands on.

// Indices name rows and points.
#![allow(clippy::needless_range_loop)]

use super::few_tile::{FILTERS, HALF, Positions, Sums};
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
const STEP: usize = 2 * COLUMNS + LANES;

/// Whether a convolution of few filters is computed by the points of its columns.
pub fn fits(method: Method, geometry: &Geometry) -> bool {
    let [_, columns, _] = geometry.output;
    method == Method::Winograd4x1
        && few::fits(geometry)
        && (geometry.kernel, geometry.dilation) == ([TAPS; 2], [1, 1])
        && geometry.input[2] <= DEPTH
        && columns <= COLUMNS
}

/// Eight rows of sums of a sample, in two tiles.
pub struct Tiles<'a> {
    /// A convolution that `fits`.
    pub geometry: &'a Geometry,
    /// Its input.
    pub x: View,
    /// The sample.
    pub sample: usize,
    /// The first row.
    pub row: usize,
    /// Where each half of a row begins.
    pub starts: &'a [usize],
    /// Filters at their points.
    pub filters: &'a [f32],
    /// Room for one after the other.
    pub memory: *mut Memory,
}

/// What stands at the points.
#[repr(C, align(64))]
pub struct Memory {
    input: [f32; POINTS * DEPTH * 2 * ROW],
    sums: [f32; POINTS * FILTERS * STEP],
}

impl Tiles<'_> {
    /// Computes the sums at the points.
    ///
    /// # Safety
    /// The windows of all positions lie in the input, and the memory is there for these tiles alone.
    #[inline(always)]
    pub unsafe fn products<S: Simd>(&self, s: S) {
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
            sums: Sums { at: sums, filter: STEP, point: FILTERS * STEP },
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
    pub unsafe fn rows<S: Simd>(&self, s: S, filter: usize, half: usize) -> [S::V; ROWS] {
        let mut points = [s.zero(); POINTS];
        for p in 0..POINTS {
            // SAFETY: the caller's promise.
            points[p] = unsafe {
                let sums = (&raw const (*self.memory).sums).cast::<f32>();
                s.load_from(sums.add((p * FILTERS + filter) * STEP + half * LANES))
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
