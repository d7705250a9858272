//! The register tile of a convolution of planes with few filters: sums for vectors of positions, filter by filter.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use super::Geometry;
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};

/// Most filters of a tile, on any instruction set.
pub const FILTERS: usize = 8;
/// Sums of a filter that are kept.
pub const POSITIONS: usize = 512;
/// From a filter's sums to the next's: not a power of two, so that they fall on different places of a cache.
pub const STEP: usize = POSITIONS + LANES;

/// Vectors of positions.
#[derive(Clone, Copy)]
pub struct Positions<'a> {
    /// The convolution.
    pub geometry: &'a Geometry,
    /// From a plane of the input to the next.
    pub plane: usize,
    /// From a row to the next.
    pub row: usize,
    /// The first tap of the first position of all.
    pub x: *const f32,
    /// Where the two halves of each vector begin.
    pub places: &'a [[usize; 2]],
    /// The first filter's weights.
    pub w: *const f32,
    /// `[filter][STEP]`
    pub sums: *mut f32,
}

impl Positions<'_> {
    /// `sums[f][p] = sum over taps of w[tap, f] x[p + tap]`
    ///
    /// # Safety
    /// The windows of all positions lie in the input, the weights are complete and there is room for the sums.
    #[inline(always)]
    pub unsafe fn all<S: Simd>(self, s: S, filters: usize) {
        macro_rules! choose {
            ($($f:literal: $many:literal $few:literal),*) => {
                match filters {
                    $($f if const { S::TILE_BLOCKS > 1 } && self.places.len() >= $many => {
                        s.vectorize(Tiles::<$f, $many>(self));
                    }
                    $f if self.places.len() >= $few => s.vectorize(Tiles::<$f, $few>(self)),
                    $f => s.vectorize(Tiles::<$f, 1>(self)),)*
                    _ => unreachable!("a tile of {filters} filters"),
                }
            };
        }
        choose!(1: 8 6, 2: 8 3, 3: 8 2, 4: 6 1, 5: 5 1, 6: 4 1, 7: 4 1, 8: 3 1);
    }
}

/// Tiles of `F` filters and `V` vectors of positions; the last one begins among those of the one before.
struct Tiles<'a, const F: usize, const V: usize>(Positions<'a>);

impl<const F: usize, const V: usize> Kernel for Tiles<'_, F, V> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Positions { geometry, plane, row, x, places, w, sums } = self.0;
        let [rows, columns] = geometry.kernel;
        let [down, right] = geometry.dilation;
        let mut done = 0;
        while done < places.len() {
            let start = done.min(places.len() - V);
            let mut from = [[x; 2]; V];
            for v in 0..V {
                let [low, high] = places[start + v];
                from[v] = [x.wrapping_add(low), x.wrapping_add(high)];
            }
            let mut acc = [[s.zero(); F]; V];
            let mut w = w;
            for c in 0..geometry.input[2] {
                for fy in 0..rows {
                    let mut tap = c * plane + fy * down * row;
                    for _ in 0..columns {
                        // SAFETY: the promise of whoever called `Positions::all`.
                        unsafe {
                            let mut a = [s.zero(); V];
                            for v in 0..V {
                                let [low, high] = from[v];
                                a[v] = s.load_halves(low.wrapping_add(tap), high.wrapping_add(tap));
                            }
                            for f in 0..F {
                                let b = s.splat(*w.add(f));
                                for v in 0..V {
                                    acc[v][f] = s.fma(a[v], b, acc[v][f]);
                                }
                            }
                        }
                        w = w.wrapping_add(LANES);
                        tap += right;
                    }
                }
            }
            for v in 0..V {
                for f in 0..F {
                    // SAFETY: as above.
                    unsafe { s.store_to(sums.add(f * STEP + (start + v) * LANES), acc[v][f]) };
                }
            }
            done = start + V;
        }
    }
}
