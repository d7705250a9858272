//! The register tiles of a depthwise convolution: the sums of some positions of a row.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use super::rows::Rows;
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};

/// Gives the sums of `P` positions. Not a closure: that is compiled without the instruction set, unless the compiler chooses to
/// inline it.
pub trait Sums<S: Simd, const P: usize> {
    /// Those whose first one begins at the tap `x`. The promise of whoever runs the rows holds.
    fn at(&self, s: S, x: *const f32) -> [S::V; P];
}

/// Filters of three columns, side by side, and `STRIDE` of these from a position to the next: each column of the input is read
/// once for all that it belongs to.
pub struct Three<'a, const P: usize, const STRIDE: usize> {
    /// The rows.
    pub rows: &'a Rows<'a>,
    /// The first tile's first column.
    pub column: usize,
    /// Tiles.
    pub count: usize,
}

impl<const P: usize, const STRIDE: usize> Kernel for Three<'_, P, STRIDE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        self.rows.each::<S, P, false>(s, self.column, self.count, &self);
    }
}

impl<S: Simd, const P: usize, const STRIDE: usize> Sums<S, P> for Three<'_, P, STRIDE> {
    #[inline(always)]
    fn at(&self, s: S, mut x: *const f32) -> [S::V; P] {
        let Rows { taps, tap_step, mut w, w_step, .. } = *self.rows;
        let mut acc = [s.zero(); P];
        for _ in 0..taps[0] {
            // SAFETY: the promise of whoever runs the rows.
            unsafe {
                let next = w.wrapping_offset(w_step[1]);
                let b = [s.load_from(w), s.load_from(next), s.load_from(next.wrapping_offset(w_step[1]))];
                for column in 0..(P - 1) * STRIDE + 3 {
                    let a = s.load_from(x.add(column * LANES));
                    for p in 0..P {
                        let tap = column.wrapping_sub(p * STRIDE);
                        if tap < 3 {
                            acc[p] = s.fma(a, b[tap], acc[p]);
                        }
                    }
                }
            }
            w = w.wrapping_offset(w_step[0]);
            x = x.wrapping_add(tap_step[0]);
        }
        acc
    }
}

/// Any filters.
pub struct Any<'a, const P: usize> {
    /// The rows.
    pub rows: &'a Rows<'a>,
    /// The first tile's first column.
    pub column: usize,
    /// Tiles.
    pub count: usize,
}

impl<const P: usize> Kernel for Any<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        self.rows.each::<S, P, false>(s, self.column, self.count, &self);
    }
}

impl<S: Simd, const P: usize> Sums<S, P> for Any<'_, P> {
    #[inline(always)]
    fn at(&self, s: S, x: *const f32) -> [S::V; P] {
        let Rows { taps, tap_step, w, w_step, x_step, .. } = *self.rows;
        let mut acc = [s.zero(); P];
        for row in 0..taps[0] {
            let mut w = w.wrapping_offset(row as isize * w_step[0]);
            let mut x = x.wrapping_add(row * tap_step[0]);
            for _ in 0..taps[1] {
                // SAFETY: the promise of whoever runs the rows.
                unsafe {
                    let b = s.load_from(w);
                    for p in 0..P {
                        acc[p] = s.fma(s.load_from(x.add(p * x_step)), b, acc[p]);
                    }
                }
                w = w.wrapping_offset(w_step[1]);
                x = x.wrapping_add(tap_step[1]);
            }
        }
        acc
    }
}

/// Filters of `N` taps, whose positions are not neighbours: phases, after whose sums nothing follows.
pub struct Few<'a, const N: usize>(pub &'a Rows<'a>);

impl<const N: usize> Kernel for Few<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Rows { taps, tap_step, w, w_step, positions, .. } = *self.0;
        let mut loaded = Loaded::<S, N> { offsets: [0; N], weights: [s.zero(); N] };
        for i in 0..N {
            let [row, column] = [i / taps[1], i % taps[1]];
            loaded.offsets[i] = row * tap_step[0] + column * tap_step[1];
            // SAFETY: the promise of whoever runs the rows.
            loaded.weights[i] =
                unsafe { s.load_from(w.wrapping_offset(row as isize * w_step[0] + column as isize * w_step[1])) };
        }
        self.0.each::<S, 1, true>(s, 0, positions[1], &loaded);
    }
}

/// Weights in registers, and where each finds its tap.
struct Loaded<S: Simd, const N: usize> {
    offsets: [usize; N],
    weights: [S::V; N],
}

impl<S: Simd, const N: usize> Sums<S, 1> for Loaded<S, N> {
    #[inline(always)]
    fn at(&self, s: S, x: *const f32) -> [S::V; 1] {
        let mut sum = s.zero();
        for i in 0..N {
            // SAFETY: the promise of whoever runs the rows.
            sum = s.fma(unsafe { s.load_from(x.add(self.offsets[i])) }, self.weights[i], sum);
        }
        [sum]
    }
}
