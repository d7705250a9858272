//! The gradient of filters by tiles: at each point of the transforms, the sum over tiles of the outer products of
//! input and gradient of the sums; then back from points to filters. Tiles come in blocks that stay in the cache; each sum
//! runs over all tiles in order, whoever computes it.

// Indices name rows and columns of a tile.
#![allow(clippy::needless_range_loop)]

use std::marker::PhantomData;

use super::grid::Grid;
use super::input::{Input, Source};
use super::output_gradient::OutputGradient;
use super::transform::{F2, F4, F6, Transform};
use super::{Tiling, five, sides};
use crate::cpu::map::LANES;
use crate::cpu::run::Run;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, Shared, cut, parallel};
use crate::cpu::view::View;
use crate::ops::conv::Geometry;
use crate::ops::conv::reduce::{Lines, ROWS, Reduce};

/// Floats of a block of transformed tiles.
const BLOCK: usize = 1 << 21;
/// Fewest tiles of a block: the sums of a point are read and written once for each block.
const LEAST: usize = 112;
/// Tiles that are used for all pairs of channels while they are in the nearest cache.
const SEGMENT: usize = 128;
/// Tiles of a task of the transforms.
const PIECE: usize = 56;
/// Blocks of filters of a task of the products.
const PART: usize = 8;

/// Channels whose sums are asked for ahead.
const AHEAD: usize = 2;

/// Writes the gradient of the packed weights of a convolution, or adds to it, by tiles that [fit](super::tiling).
///
/// # Safety
/// `x` and `dz` are the input and the gradient of the sums of the run's samples, of the convolution's sizes; the border of
/// `x` is as wide as the windows reach.
pub unsafe fn weight_gradient(
    geometry: &Geometry,
    tiling: Tiling,
    [x, dz]: [View; 2],
    gradient: &mut [f32],
    accumulate: bool,
    run: &mut Run<'_>,
) {
    let groups = geometry.groups;
    let [channels, filters] = sides(geometry);
    let [depth, height] = [channels, filters].map(|n| n.div_ceil(LANES));
    let taps = tiling.taps * tiling.taps;
    let gradient = Shared::new(&mut gradient[..groups * height * depth * taps * LANES * LANES]);
    let grid = Grid::new(run.batch, [geometry.output[0], geometry.output[1]], tiling.size);
    let points = tiling.points();
    let blocks = grid.tiles.div_ceil((BLOCK / (points * groups * (depth + height) * LANES)).max(LEAST));
    let most = grid.tiles.div_ceil(blocks);
    // An odd number of cache lines from a point to the next: they then fall on different places of the cache.
    let [v_step, z_step, u_step] =
        [depth * most, height * most, height * depth * LANES].map(|lines| ((groups * lines) | 1) * LANES);
    let v = run.scratch(points * (v_step + z_step + u_step)).get();
    let z = v.wrapping_add(points * v_step);
    let u = z.wrapping_add(points * z_step);
    let source = Source { view: x, start: geometry.pad.map(|pad| -(pad as isize)) };
    let pass = Pass { source, dz, grid, groups, channels, depth, height, points, v, v_step, z, z_step, u, u_step };
    let pass = &pass;
    match (tiling.size, tiling.taps) {
        (2, 5) => sum(PhantomData::<five::F2>, pass, blocks, gradient, accumulate),
        (2, _) => sum(PhantomData::<F2>, pass, blocks, gradient, accumulate),
        (4, _) => sum(PhantomData::<F4>, pass, blocks, gradient, accumulate),
        _ => sum(PhantomData::<F6>, pass, blocks, gradient, accumulate),
    }
}

fn sum<T: Transform<M, A, R>, const M: usize, const A: usize, const R: usize>(
    transform: PhantomData<T>,
    pass: &Pass,
    blocks: usize,
    gradient: Shared,
    accumulate: bool,
) {
    for i in 0..blocks {
        let first = cut(pass.grid.tiles, blocks, i);
        let block = Block { pass, first, len: cut(pass.grid.tiles, blocks, i + 1) - first };
        dispatch(Transforms { block, transform });
        dispatch(Products { block });
    }
    dispatch(Filters { pass, gradient, accumulate, transform });
}

/// What is summed, and where points and sums lie.
struct Pass {
    source: Source,
    dz: View,
    grid: Grid,
    groups: usize,
    /// Input channels of a group.
    channels: usize,
    /// Their blocks.
    depth: usize,
    /// Blocks of filters of a group.
    height: usize,
    points: usize,
    /// The input: `[point][c / 16][tile][16]`.
    v: *mut f32,
    v_step: usize,
    /// The gradient of the sums: `[point][k / 16][tile][16]`.
    z: *mut f32,
    z_step: usize,
    /// Sums of products: `[point][k / 16][c of the group][16]`.
    u: *mut f32,
    u_step: usize,
}

// SAFETY: addresses; the tasks of each step write different parts of the memory behind them.
unsafe impl Sync for Pass {}

/// A block of tiles.
#[derive(Clone, Copy)]
struct Block<'a> {
    pass: &'a Pass,
    /// The first tile.
    first: usize,
    /// How many there are.
    len: usize,
}

/// Transforms the input and the gradient of a block of tiles.
struct Transforms<'a, T, const M: usize, const A: usize, const R: usize> {
    block: Block<'a>,
    transform: PhantomData<T>,
}

impl<T: Transform<M, A, R>, const M: usize, const A: usize, const R: usize> Kernel for Transforms<'_, T, M, A, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { block: Block { pass, first, len }, transform } = self;
        let Pass { groups, depth, height, .. } = *pass;
        let planes = depth + height;
        let pieces = len.div_ceil(PIECE);
        // Groups one after the other, here and in the products: a thread stays with what it has written.
        parallel(groups * planes * pieces, 2 * MOVE * A * A * groups * planes * len * LANES, |i| {
            let (group, plane, piece) = (i / pieces / planes, i / pieces % planes, i % pieces);
            let [start, end] = [0, 1].map(|j| cut(len, pieces, piece + j));
            let (grid, tiles) = (&pass.grid, first + start..first + end);
            if plane < depth {
                let block = group * depth + plane;
                let to = pass.v.wrapping_add((block * len + start) * LANES);
                s.vectorize(Input { transform, source: &pass.source, grid, block, tiles, to, step: pass.v_step });
            } else {
                let block = group * height + plane - depth;
                let to = pass.z.wrapping_add((block * len + start) * LANES);
                s.vectorize(OutputGradient { transform, dz: &pass.dz, grid, block, tiles, to, step: pass.z_step });
            }
        });
    }
}

/// Adds the products of a block of tiles to the sums.
struct Products<'a> {
    block: Block<'a>,
}

impl Kernel for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let block = self.block;
        let pass = block.pass;
        let parts = pass.height.div_ceil(PART);
        parallel(pass.points * pass.groups * parts, 2 * pass.points * pass.u_step * block.len, |i| {
            let [first, last] = [0, 1].map(|j| cut(pass.height, parts, i % parts + j));
            let (group, point) = (i / parts / pass.points, i / parts % pass.points);
            s.vectorize(Matrix { block, point, group, first, last });
        });
    }
}

/// The products of some blocks of filters of a group at one point.
struct Matrix<'a> {
    block: Block<'a>,
    point: usize,
    group: usize,
    first: usize,
    last: usize,
}

impl Kernel for Matrix<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { block: Block { pass, first: tile, len }, point, group, first, last } = self;
        let stream = pass.depth * LANES * LANES;
        let v = pass.v.wrapping_add(point * pass.v_step + group * pass.depth * len * LANES);
        let z = pass.z.wrapping_add(point * pass.z_step + group * pass.height * len * LANES);
        let u = pass.u.wrapping_add(point * pass.u_step + group * pass.height * stream);
        let segments = len.div_ceil(SEGMENT);
        for segment in 0..segments {
            let [start, end] = [0, 1].map(|j| cut(len, segments, segment + j));
            for k in (first..last).step_by(S::TILE_BLOCKS) {
                let blocks = S::TILE_BLOCKS.min(last - k);
                for c in 0..pass.depth {
                    let lines = Lines {
                        x: v.wrapping_add((c * len + start) * LANES),
                        d: z.wrapping_add((k * len + start) * LANES),
                        rows: 1,
                        len: end - start,
                        x_row: 0,
                        d_row: 0,
                        x_step: LANES,
                        d_step: LANES,
                        d_block: len * LANES,
                    };
                    let sums = u.wrapping_add(k * stream + c * LANES * LANES);
                    let channels = LANES.min(pass.channels - c * LANES);
                    let tiles = channels.div_ceil(S::TILE_ROWS);
                    for i in 0..tiles {
                        let [lane, next] = [0, 1].map(|j| cut(channels, tiles, i + j));
                        let tile = Reduce {
                            lines: &lines,
                            offsets: [lane; ROWS],
                            rows: next - lane,
                            sums: sums.wrapping_add(lane * LANES),
                            stream,
                            resume: tile + start > 0,
                        };
                        // SAFETY: the points have been written, the sums are this task's.
                        unsafe { tile.consecutive(s, blocks) };
                    }
                }
            }
        }
    }
}

/// Brings the sums back from points to filters.
struct Filters<'a, T, const M: usize, const A: usize, const R: usize> {
    pass: &'a Pass,
    gradient: Shared,
    accumulate: bool,
    transform: PhantomData<T>,
}

impl<T: Transform<M, A, R>, const M: usize, const A: usize, const R: usize> Kernel for Filters<'_, T, M, A, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { pass, gradient, accumulate, transform } = self;
        parallel(pass.groups * pass.height * pass.depth, MOVE * A * A * pass.u_step, |i| {
            let len = R * R * LANES * LANES;
            // SAFETY: the tasks have different parts of the gradient.
            let gradient = unsafe { gradient.part(i * len, len) };
            let sums = pass.u.wrapping_add(i * LANES * LANES);
            let channels = LANES.min(pass.channels - i % pass.depth * LANES);
            s.vectorize(Square { transform, sums, step: pass.u_step, channels, gradient, accumulate });
        });
    }
}

/// 16 filters of up to 16 channels.
struct Square<'a, T, const M: usize, const A: usize, const R: usize> {
    transform: PhantomData<T>,
    sums: *const f32,
    step: usize,
    channels: usize,
    gradient: &'a mut [f32],
    accumulate: bool,
}

impl<T: Transform<M, A, R>, const M: usize, const A: usize, const R: usize> Kernel for Square<'_, T, M, A, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let gradient = self.gradient.as_chunks_mut::<LANES>().0;
        for lane in 0..self.channels {
            let sums = self.sums.wrapping_add(lane * LANES);
            // The next lanes' lines lie far apart.
            (0..A * A).for_each(|point| s.prefetch(sums.wrapping_add(point * self.step + AHEAD * LANES)));
            let mut half = [[s.zero(); A]; R];
            for c in 0..A {
                let mut u = [s.zero(); A];
                for r in 0..A {
                    // SAFETY: there are sums at every point.
                    u[r] = unsafe { s.load_from(sums.add((r * A + c) * self.step)) };
                }
                let w = T::filter_gradient(s, u);
                for r in 0..R {
                    half[r][c] = w[r];
                }
            }
            for r in 0..R {
                for (c, w) in T::filter_gradient(s, half[r]).into_iter().enumerate() {
                    let to = &mut gradient[(r * R + c) * LANES + lane];
                    s.store(to, if self.accumulate { s.add(s.load(to), w) } else { w });
                }
            }
        }
    }
}
