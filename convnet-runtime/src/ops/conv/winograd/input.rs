//! Tiles of the input at the points of Winograd's transform: `V = B^T d B`.

// Indices name rows and columns of a tile.
#![allow(clippy::needless_range_loop)]

use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ops::Range;

use super::grid::Grid;
use super::transform::Transform;
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};
use crate::cpu::view::View;

/// Columns of the input that go through the first half of the transform together: their common ones go once.
const COLUMNS: usize = 58;
/// Most points in a direction.
const POINTS: usize = 8;

/// What tiles are cut from: a blocked volume. Beyond its border there are zeros.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The volume.
    pub view: View,
    /// The row and the column that the first tap of the first output reads; the border reaches that far.
    pub start: [isize; 2],
}

/// Writes one block of 16 channels of some tiles, `[point][tile][16]`.
///
/// Whoever runs it promises that the volume can be read and that there is room for what is written.
pub struct Input<'a, T, const M: usize, const A: usize, const R: usize> {
    /// The transform.
    pub transform: PhantomData<T>,
    /// What the tiles are cut from.
    pub source: &'a Source,
    /// The tiles of the output.
    pub grid: &'a Grid,
    /// The block of channels.
    pub block: usize,
    /// The tiles.
    pub tiles: Range<usize>,
    /// Where the first tile's first point goes.
    pub to: *mut f32,
    /// From a point to the next, in floats. A multiple of 32 puts all points into few sets of a cache.
    pub step: usize,
}

#[repr(C, align(64))]
struct Strip([f32; POINTS * COLUMNS * LANES]);

impl<T: Transform<M, A, R>, const M: usize, const A: usize, const R: usize> Kernel for Input<'_, T, M, A, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { source: Source { view, start }, grid, block, tiles, to, step, .. } = self;
        let map = &view.map;
        let [height, width] = [map.height + map.border[2], map.width + map.border[3]].map(|n| n as isize);
        let within = |size: isize, start: isize, most: usize| ((size - start).max(0) as usize).min(most);
        let mut memory = MaybeUninit::<Strip>::uninit();
        let strip = memory.as_mut_ptr().cast::<f32>();
        let mut tile = tiles.start;
        while tile < tiles.end {
            let run = grid.row(tile, tiles.end, (COLUMNS - (R - 1)) / M);
            let [row, column] = [start[0] + (run.row * M) as isize, start[1] + (run.column * M) as isize];
            let from = view.at(run.sample, block, row, column).cast_const();
            let all = run.len * M + R - 1;
            let [rows, columns] = [within(height, row, A), within(width, column, all)];
            // SAFETY: the rows and columns lie in the volume and its border, the rest in the strip and in the room that
            // there is for the points.
            unsafe {
                for c in 0..columns {
                    let from = from.add(c * LANES);
                    let mut d = [s.zero(); A];
                    if rows == A {
                        for r in 0..A {
                            d[r] = s.load_from(from.add(r * view.row));
                        }
                    } else {
                        for r in 0..rows {
                            d[r] = s.load_from(from.add(r * view.row));
                        }
                    }
                    let points = T::input(s, d);
                    for r in 0..A {
                        s.store_to(strip.add((r * COLUMNS + c) * LANES), points[r]);
                    }
                }
                for c in columns..all {
                    for r in 0..A {
                        s.store_to(strip.add((r * COLUMNS + c) * LANES), s.zero());
                    }
                }
                for i in 0..run.len {
                    let to = to.add((tile - tiles.start + i) * LANES);
                    for r in 0..A {
                        let from = strip.add((r * COLUMNS + i * M) * LANES);
                        let mut d = [s.zero(); A];
                        for c in 0..A {
                            d[c] = s.load_from(from.add(c * LANES));
                        }
                        let points = T::input(s, d);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::map::Buffer;
    use crate::cpu::simd::Isa;
    use crate::ops::conv::winograd::five;
    use crate::ops::conv::winograd::transform::{F2, F4, F6};

    /// What a tile of an input reads: `value` inside, zero around it.
    fn value(sample: usize, block: usize, y: isize, x: isize, lane: usize) -> f32 {
        ((sample * 7 + block * 5 + lane * 3) as isize + y * 11 + x * 2).rem_euclid(13) as f32 / 4.0 - 1.5
    }

    fn check<T: Transform<M, A, R>, const M: usize, const A: usize, const R: usize>() {
        let (samples, blocks, [height, width], [rows, columns]) = (2, 2, [7, 70], [7, 71]);
        // One row and two columns of zeros before the input, less behind it than the tiles reach.
        let map = Buffer::blocked(0, [height, width, blocks * LANES], [1, 2, 1, 1]).map;
        let mut memory = vec![0.0; samples * map.sample()];
        let view = View::new(memory.as_mut_ptr(), &map);
        for (n, b, y, x) in each([samples, blocks, height, width]) {
            for lane in 0..LANES {
                // SAFETY: the position lies in the volume.
                unsafe {
                    *view.at(n, b, y as isize, x as isize).add(lane) = value(n, b, y as isize, x as isize, lane);
                }
            }
        }
        let source = Source { view, start: [-1, -2] };
        let grid = Grid::new(samples, [rows, columns], M);
        let (tiles, block) = (1..grid.tiles - 1, 1);
        let step = tiles.len() * LANES + 16;
        for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
            let mut points = vec![f32::NAN; A * A * step];
            let (tiles, to) = (tiles.clone(), points.as_mut_ptr());
            isa.run(Input {
                transform: PhantomData::<T>,
                source: &source,
                grid: &grid,
                block,
                tiles: tiles.clone(),
                to,
                step,
            });
            for (i, tile) in tiles.enumerate() {
                let place = grid.row(tile, grid.tiles, 1);
                for lane in [0, 9] {
                    let exact = expected::<T, M, A, R>(|r, c| {
                        let (y, x) = ((place.row * M + r) as isize - 1, (place.column * M + c) as isize - 2);
                        let inside = (0..height as isize).contains(&y) && (0..width as isize).contains(&x);
                        if inside { value(place.sample, block, y, x, lane) } else { 0.0 }
                    });
                    for (point, exact) in exact.iter().enumerate() {
                        let v = points[point * step + i * LANES + lane];
                        assert!(
                            (v - exact).abs() < 1e-4,
                            "F({M}, {R}), {isa:?}, tile {tile}, {point}: {v}, not {exact}"
                        );
                    }
                }
            }
        }
    }

    fn each([n, b, h, w]: [usize; 4]) -> impl Iterator<Item = (usize, usize, usize, usize)> {
        (0..n * b * h * w).map(move |i| (i / (b * h * w), i / (h * w) % b, i / w % h, i % w))
    }

    /// Both directions of the transform, a number at a time.
    fn expected<T: Transform<M, A, R>, const M: usize, const A: usize, const R: usize>(
        d: impl Fn(usize, usize) -> f32,
    ) -> Vec<f32> {
        let s = crate::cpu::simd::Portable;
        let one = |d: [f32; A]| T::input(s, d.map(|d| s.splat(d))).map(|v| s.to_array(v)[0]);
        let columns: [[f32; A]; A] = std::array::from_fn(|c| one(std::array::from_fn(|r| d(r, c))));
        (0..A).flat_map(|r| one(std::array::from_fn(|c| columns[c][r]))).collect()
    }

    #[test]
    fn tiles_at_their_points() {
        check::<F2, 2, 4, 3>();
        check::<F4, 4, 6, 3>();
        check::<F6, 6, 8, 3>();
        check::<five::F2, 2, 6, 5>();
    }
}
