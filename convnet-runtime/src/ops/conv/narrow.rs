//! Convolutions in groups of 4 or 8 channels, on either side: a filter meets the inputs of its own group alone, not those
//! of the whole block.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use super::tile::{Tile, Walk, by_pixels, cut};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};

/// Most taps.
pub const TAPS: usize = 25;
/// Most positions of a tile.
const POSITIONS: usize = 8;

/// Room for the weights of a block.
pub type Weights = [[f32; LANES]; 8 * TAPS];

/// For each tap and channel of a group, the weights of all filters of a block: in `[tap][16 channels][16 filters]` they
/// are alone in their column among those of the same channel of other groups.
///
/// # Safety
/// The weights of the walk are there.
#[inline(always)]
pub unsafe fn condense<S: Simd>(s: S, walk: &Walk, width: usize, w: *const f32, to: *mut Weights) {
    for tap in 0..walk.rows * walk.columns {
        for channel in 0..width {
            let mut v = s.zero();
            for row in (channel..LANES).step_by(width) {
                // SAFETY: the caller's promise.
                v = s.add(v, unsafe { s.load_from(w.add((tap * LANES + row) * LANES)) });
            }
            // SAFETY: there is room for all taps and channels.
            unsafe { s.store_to(to.cast::<f32>().add((tap * width + channel) * LANES), v) };
        }
    }
}

/// `sums[p] = sum over taps and channels of w[tap, channel] x[p, tap, channel of the lane's group]`, with condensed
/// weights.
///
/// # Safety
/// As for `Tile::product`, with one block.
#[inline(always)]
pub unsafe fn product<S: Simd>(s: S, run: &mut Tile<'_>, width: usize, positions: usize) {
    by_pixels!(cut(positions, pixels::<S>()), S::TILE_PIXELS, [1 2 3 4 5 6 7 8], |_first, count, P| {
        if width == 4 {
            s.vectorize(Narrow::<4, P>(run, count));
        } else {
            s.vectorize(Narrow::<8, P>(run, count));
        }
    });
}

/// Positions of a tile.
pub const fn pixels<S: Simd>() -> usize {
    if S::TILE_PIXELS < POSITIONS { S::TILE_PIXELS } else { POSITIONS }
}

/// Tiles of `P` positions, in groups of `W` channels.
struct Narrow<'a, 'b, const W: usize, const P: usize>(&'a mut Tile<'b>, usize);

impl<const W: usize, const P: usize> Kernel for Narrow<'_, '_, W, P> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self(tile, count) = self;
        let walk = tile.walk;
        for _ in 0..count {
            tile.ahead.ask(s, walk, P);
            let (mut w, mut row, sums) = (tile.w, tile.x.at, tile.sums);
            tile.x.some(P);
            tile.sums = sums.wrapping_add(P * LANES);
            let mut acc = [s.zero(); P];
            // SAFETY: the promise of whoever called `product`. Pointers beyond the last tap are formed, not read.
            unsafe {
                for _ in 0..walk.rows {
                    let mut x = row;
                    for _ in 0..walk.columns {
                        for channel in 0..W {
                            let b = s.load_from(w.add(channel * LANES));
                            for p in 0..P {
                                let a = s.spread::<W>(x.add(p * walk.pixel_step), channel);
                                acc[p] = s.fma(a, b, acc[p]);
                            }
                        }
                        w = w.wrapping_add(W * LANES);
                        x = x.wrapping_offset(walk.column_step);
                    }
                    row = row.wrapping_offset(walk.row_step);
                }
                for p in 0..P {
                    s.store_to(sums.add(p * LANES), acc[p]);
                }
            }
        }
    }
}
