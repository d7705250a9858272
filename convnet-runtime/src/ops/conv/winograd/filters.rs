//! Filters at the points of Winograd's transform: `U = G w G^T`, `[k / 16][point][c / 16 of the group][16 c][16 k]`.

// Indices name rows and columns of a filter.
#![allow(clippy::needless_range_loop)]

use std::marker::PhantomData;
use std::mem::MaybeUninit;

use super::transform::Transform;
use super::{Tiling, by_tiling, sides};
use crate::cpu::map::LANES;
use crate::cpu::memory::Floats;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::ops::conv::Geometry;
use crate::ops::conv::points::{self, Points, SQUARE};
use crate::ops::conv::transpose::square;

/// Most taps.
const TAPS: usize = 25;

/// Transforms packed filters; for the gradient of the input with filters and channels exchanged, each filter turned by
/// half a turn.
///
/// # Panics
/// If there are fewer weights than the geometry says.
pub fn transform(geometry: &Geometry, tiling: Tiling, exchanged: bool, weights: &[f32], to: &mut Floats) {
    let [channels, filters] = sides(geometry).map(|n| n.div_ceil(LANES));
    let [outer, inner] = if exchanged { [channels, filters] } else { [filters, channels] };
    let all = geometry.groups * outer;
    let taps = tiling.taps * tiling.taps;
    points::filters([all, inner], tiling.points(), to, |[o, i], to| {
        let [filter, channel] = if exchanged { [o / channels * filters + i, o % channels] } else { [o, i] };
        let pair = filter * channels + channel;
        let from = &weights[pair * taps * SQUARE..][..taps * SQUARE];
        dispatch(Pair { tiling, exchanged, from, to });
    });
}

/// The filters between two blocks of channels.
struct Pair<'a> {
    tiling: Tiling,
    exchanged: bool,
    from: &'a [f32],
    to: Points,
}

impl Kernel for Pair<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { tiling, exchanged, from, to } = self;
        let mut turned = MaybeUninit::<[[f32; SQUARE]; TAPS]>::uninit();
        let from = if exchanged {
            let start = turned.as_mut_ptr().cast::<f32>();
            let taps = from.len() / SQUARE;
            for tap in 0..taps {
                // SAFETY: there is room for so many taps; each is written here.
                let to = unsafe { std::slice::from_raw_parts_mut(start.add(tap * SQUARE), SQUARE) };
                square(s, &from[(taps - 1 - tap) * SQUARE..], LANES, LANES, to);
            }
            // SAFETY: these taps have been written.
            unsafe { std::slice::from_raw_parts(start, from.len()) }
        } else {
            from
        };
        by_tiling!(s, tiling, Filters { from, to });
    }
}

/// The same, generic over the transform.
struct Filters<'a, T, const M: usize, const A: usize, const R: usize> {
    transform: PhantomData<T>,
    /// `[tap][16][16]`
    from: &'a [f32],
    to: Points,
}

impl<T: Transform<M, A, R>, const M: usize, const A: usize, const R: usize> Kernel for Filters<'_, T, M, A, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let from = &self.from[..R * R * SQUARE];
        for i in 0..LANES {
            let mut half = [[s.zero(); R]; A];
            for x in 0..R {
                let mut taps = [s.zero(); R];
                for y in 0..R {
                    taps[y] = s.load(from[(y * R + x) * SQUARE + i * LANES..].first_chunk().expect("16 weights"));
                }
                let points = T::filter(s, taps);
                for r in 0..A {
                    half[r][x] = points[r];
                }
            }
            for r in 0..A {
                let points = T::filter(s, half[r]);
                for c in 0..A {
                    // SAFETY: the points of these filters have their place.
                    unsafe { s.store_to(self.to.start.add((r * A + c) * self.to.step + i * LANES), points[c]) };
                }
            }
        }
    }
}
