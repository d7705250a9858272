//! Tiles of the gradient of the sums at the points of Winograd's transform: `Z = A dz A^T`.

// Indices name rows and columns of a tile.
#![allow(clippy::needless_range_loop)]

use std::marker::PhantomData;
use std::ops::Range;

use super::grid::Grid;
use super::transform::Transform;
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};
use crate::cpu::view::View;

/// Writes one block of 16 filters of some tiles, `[point][tile][16]`.
///
/// Whoever runs it promises that the gradient can be read and that there is room for what is written.
pub struct OutputGradient<'a, T, const M: usize, const A: usize, const R: usize> {
    /// The transform.
    pub transform: PhantomData<T>,
    /// The gradient of the sums.
    pub dz: &'a View,
    /// The tiles of the output.
    pub grid: &'a Grid,
    /// The block of filters.
    pub block: usize,
    /// The tiles.
    pub tiles: Range<usize>,
    /// Where the first tile's first point goes.
    pub to: *mut f32,
    /// From a point to the next, in floats.
    pub step: usize,
}

impl<T: Transform<M, A, R>, const M: usize, const A: usize, const R: usize> Kernel for OutputGradient<'_, T, M, A, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { dz, grid, block, tiles, to, step, .. } = self;
        let mut tile = tiles.start;
        while tile < tiles.end {
            let run = grid.row(tile, tiles.end, tiles.end);
            let rows = M.min(dz.map.height - run.row * M);
            for i in 0..run.len {
                let column = (run.column + i) * M;
                let columns = M.min(dz.map.width - column);
                let from = dz.at(run.sample, block, (run.row * M) as isize, column as isize).cast_const();
                let to = to.wrapping_add((tile - tiles.start + i) * LANES);
                // SAFETY: the rows and columns lie in the volume; there is room for the points.
                unsafe {
                    let mut half = [[s.zero(); M]; A];
                    for c in 0..columns {
                        let from = from.add(c * LANES);
                        let mut d = [s.zero(); M];
                        if rows == M {
                            for r in 0..M {
                                d[r] = s.load_from(from.add(r * dz.row));
                            }
                        } else {
                            for r in 0..rows {
                                d[r] = s.load_from(from.add(r * dz.row));
                            }
                        }
                        let points = T::output_gradient(s, d);
                        for r in 0..A {
                            half[r][c] = points[r];
                        }
                    }
                    for r in 0..A {
                        let points = T::output_gradient(s, half[r]);
                        for c in 0..A {
                            s.store_to(to.add((r * A + c) * step), points[c]);
                        }
                    }
                }
            }
            tile += run.len;
        }
    }
}
