//! The gradient of the input of a depthwise convolution with stride: a position of the input has few taps, the same ones
//! as every position of its phase.

// Indices name taps.
#![allow(clippy::needless_range_loop)]

use super::phase::Phase;
use super::{Algorithm, Geometry};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, parallel};
use crate::cpu::view::View;

/// Most taps of a phase.
const TAPS: usize = 9;

/// Whether a convolution is one of these, with few enough taps.
pub fn fits(geometry: &Geometry) -> bool {
    let most = |side: usize| Phase::all(geometry, side).map(|phase| phase.taps).max().unwrap_or(0);
    geometry.algorithm == Algorithm::Depthwise && geometry.stride != [1, 1] && most(0) * most(1) <= TAPS
}

/// Writes the gradient of the input, or adds to it.
///
/// # Safety
/// `dz` and `dx` have room for `batch` samples of a convolution that `fits`, and do not meet; the border of `dz` is as wide
/// as the phases reach, and the weights are complete.
pub unsafe fn input_gradient(geometry: &Geometry, dz: View, batch: usize, w: &[f32], dx: View, accumulate: bool) {
    let blocks = geometry.input[2].div_ceil(LANES);
    let work = MOVE * batch * blocks * dx.plane;
    parallel(batch * blocks, work, |i| {
        let (sample, block) = (i / blocks, i % blocks);
        if !accumulate {
            // SAFETY: the border of this task's plane.
            unsafe { dx.clear_border(sample, block) };
        }
        for y in Phase::all(geometry, 0) {
            for x in Phase::all(geometry, 1) {
                dispatch(Piece { geometry, dz, dx, w, accumulate, sample, block, y, x });
            }
        }
    });
}

/// A phase of one plane.
struct Piece<'a> {
    geometry: &'a Geometry,
    dz: View,
    dx: View,
    w: &'a [f32],
    accumulate: bool,
    sample: usize,
    block: usize,
    y: Phase,
    x: Phase,
}

impl Kernel for Piece<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        macro_rules! choose {
            ($($n:literal)*) => {
                match self.y.taps * self.x.taps {
                    $($n => self.rows::<S, $n>(s),)*
                    taps => unreachable!("a phase of {taps} taps"),
                }
            };
        }
        choose!(0 1 2 3 4 5 6 7 8 9);
    }
}

impl Piece<'_> {
    /// All positions, with `N` taps.
    #[inline(always)]
    fn rows<S: Simd, const N: usize>(&self, s: S) {
        let Self { geometry, dz, dx, y, x, .. } = self;
        let [rows, columns] = geometry.kernel;
        let (mut back, mut w) = ([0; N], [s.zero(); N]);
        for i in 0..N {
            let [row, column] = [i / x.taps, i % x.taps];
            back[i] = row * y.back * dz.row + column * x.back * dz.lanes;
            let tap = (y.tap + row * y.tap_step) * columns + x.tap + column * x.tap_step;
            w[i] = s.load(self.w[(self.block * rows * columns + tap) * LANES..].first_chunk().expect("a tap has 16"));
        }
        for row in 0..y.positions {
            let mut from = dz.at(self.sample, self.block, y.start + row as isize, x.start).cast_const();
            let row = y.first + row * geometry.stride[0];
            let mut to = dx.at(self.sample, self.block, row as isize, x.first as isize);
            for _ in 0..x.positions {
                // SAFETY: whoever called `input_gradient` promises that the taps lie in `dz`; the position of `dx` is this
                // task's.
                unsafe {
                    let mut sum = if self.accumulate { s.load_from(to) } else { s.zero() };
                    for i in 0..N {
                        sum = s.fma(s.load_from(from.wrapping_sub(back[i])), w[i], sum);
                    }
                    s.store_to(to, sum);
                }
                from = from.wrapping_add(LANES);
                to = to.wrapping_add(geometry.stride[1] * LANES);
            }
        }
    }
}
