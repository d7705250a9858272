//! Sums of tiles from their points: `y = A^T m A`.

// Indices name rows and columns of a tile.
#![allow(clippy::needless_range_loop)]

use std::marker::PhantomData;

use super::transform::Transform;
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};

/// Columns of a row of sums: as many tiles side by side as fit.
pub const COLUMNS: usize = 28;
/// Most rows of a tile.
const ROWS: usize = 6;

/// Room for the sums of neighbouring tiles, `[row][COLUMNS][16]`.
#[repr(C, align(64))]
pub struct Rows([f32; ROWS * COLUMNS * LANES]);

/// Writes the sums of neighbouring tiles.
///
/// Whoever runs it promises that the points are there and that there is room for the sums, see [`Rows`].
pub struct Output<T, const M: usize, const A: usize, const R: usize> {
    /// The transform.
    pub transform: PhantomData<T>,
    /// The first tile's first point; the tiles lie side by side.
    pub from: *const f32,
    /// From a point to the next.
    pub step: usize,
    /// Tiles, at most `COLUMNS / M`.
    pub tiles: usize,
    /// Where the sums go.
    pub to: *mut f32,
}

impl<T: Transform<M, A, R>, const M: usize, const A: usize, const R: usize> Kernel for Output<T, M, A, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { from, step, tiles, to, .. } = self;
        for tile in 0..tiles {
            let mut half = [[s.zero(); A]; M];
            // SAFETY: see the struct.
            unsafe {
                let from = from.add(tile * LANES);
                for c in 0..A {
                    let mut points = [s.zero(); A];
                    for r in 0..A {
                        points[r] = s.load_from(from.add((r * A + c) * step));
                    }
                    let sums = T::output(s, points);
                    for r in 0..M {
                        half[r][c] = sums[r];
                    }
                }
                for r in 0..M {
                    let sums = T::output(s, half[r]);
                    for c in 0..M {
                        s.store_to(to.add((r * COLUMNS + tile * M + c) * LANES), sums[c]);
                    }
                }
            }
        }
    }
}
