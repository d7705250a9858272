//! The register tile of a convolution of planes with few filters: sums for vectors of positions, filter by filter.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};
use crate::cpu::threads::cut;

/// Most filters of a tile, on any instruction set.
pub const FILTERS: usize = 8;
/// Neighbours in a row: a vector takes them from two places, so that rows need not be whole vectors.
pub const HALF: usize = LANES / 2;

/// Vectors of positions.
#[derive(Clone, Copy)]
pub struct Positions<'a> {
    /// Channels of the input, rows and columns of a filter.
    pub taps: [usize; 3],
    /// From one of each to the next, in the input.
    pub steps: [usize; 3],
    /// How often that is, each time with the next filters on an input that lies behind the one before.
    pub points: usize,
    /// The first tap of the first position of all.
    pub x: *const f32,
    /// Where the two halves of each vector begin.
    pub places: &'a [[usize; 2]],
    /// The first filter's weights.
    pub w: *const f32,
    /// Where the sums go.
    pub sums: Sums,
}

/// `[point][filter][position]`
#[derive(Clone, Copy)]
pub struct Sums {
    /// The first one.
    pub at: *mut f32,
    /// From a filter's to the next's: no power of two, so that they fall on different places of a cache.
    pub filter: usize,
    /// From a point's to the next's.
    pub point: usize,
}

impl Positions<'_> {
    /// `sums[point][f][p] = sum over taps of w[point, tap, f] x[point, p + tap]`
    ///
    /// # Safety
    /// The windows of all positions lie in the input, the weights are complete and there is room for the sums.
    #[inline(always)]
    pub unsafe fn all<S: Simd>(self, s: S, filters: usize) {
        let most = if const { S::TILE_BLOCKS > 1 } { FILTERS } else { 6 };
        let groups = filters.div_ceil(most);
        for group in 0..groups {
            let [first, end] = [group, group + 1].map(|i| cut(filters, groups, i));
            let at = self.sums.at.wrapping_add(first * self.sums.filter);
            let group = Self { w: self.w.wrapping_add(first), sums: Sums { at, ..self.sums }, ..self };
            group.together(s, end - first);
        }
    }

    #[inline(always)]
    fn together<S: Simd>(self, s: S, filters: usize) {
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
        let Positions { taps: [channels, rows, columns], steps: [plane, row, right], points, x, places, w, sums } =
            self.0;
        let next = channels * plane;
        let mut done = 0;
        while done < places.len() {
            let start = done.min(places.len() - V);
            let mut from = [[x; 2]; V];
            for v in 0..V {
                let [low, high] = places[start + v];
                from[v] = [x.wrapping_add(low), x.wrapping_add(high)];
            }
            let mut w = w;
            for point in 0..points {
                let mut acc = [[s.zero(); F]; V];
                for c in 0..channels {
                    for fy in 0..rows {
                        let mut tap = point * next + c * plane + fy * row;
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
                let to = sums.at.wrapping_add(point * sums.point + start * LANES);
                for v in 0..V {
                    for f in 0..F {
                        // SAFETY: as above.
                        unsafe { s.store_to(to.add(f * sums.filter + v * LANES), acc[v][f]) };
                    }
                }
            }
            done = start + V;
        }
    }
}
