//! One task of the weights' gradient: some rows of weights, 16 filters each, for a tile's blocks of filters.

use super::Algorithm;
use super::reduce::{Lines, ROWS, Reduce};
use super::span::Span;
use super::weight_gradient::Pass;
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};
use crate::cpu::threads::cut;

/// Most rows of a task where each has its own place in the input.
const SCATTERED: usize = 32;
/// Positions that are used for all rows while they are in the nearest cache.
const SEGMENT: usize = 128;

/// The `i`-th task of a part of the positions.
pub struct Task<'a> {
    /// What is summed.
    pub pass: &'a Pass<'a>,
    /// The part of the positions.
    pub part: usize,
    /// The task.
    pub i: usize,
}

impl Pass<'_> {
    /// Groups of blocks of filters, and the pieces that each group's rows are cut into.
    #[inline(always)]
    pub fn grid<S: Simd>(&self) -> (usize, usize) {
        let blocks = self.geometry.output[2].div_ceil(LANES);
        match self.geometry.algorithm {
            Algorithm::Blocked => (blocks.div_ceil(S::TILE_BLOCKS), Span::forward(self.geometry).len),
            Algorithm::Planar => (blocks.div_ceil(S::TILE_BLOCKS), self.rows().div_ceil(SCATTERED)),
            Algorithm::Depthwise => (blocks, self.rows().div_ceil(SCATTERED)),
        }
    }

    /// Rows of weights of a block of filters.
    fn rows(&self) -> usize {
        let taps = self.geometry.kernel[0] * self.geometry.kernel[1];
        match self.geometry.algorithm {
            Algorithm::Blocked => Span::forward(self.geometry).len * taps * LANES,
            Algorithm::Planar => self.geometry.input[2] * taps,
            Algorithm::Depthwise => taps,
        }
    }
}

impl Kernel for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (pass, geometry) = (self.pass, self.pass.geometry);
        let (_, pieces) = pass.grid::<S>();
        let (group, piece) = (self.i / pieces, self.i % pieces);
        let rows = pass.rows();
        let [start, end] = [cut(rows, pieces, piece), cut(rows, pieces, piece + 1)];
        if geometry.algorithm == Algorithm::Depthwise {
            self.sum(s, Rows { first: group, blocks: 1, from: group, start, end, stream: rows });
            return;
        }
        let span = Span::forward(geometry);
        let blocked = geometry.algorithm == Algorithm::Blocked;
        let seen = |block| if blocked { span.start(block) } else { 0 };
        let last = ((group + 1) * S::TILE_BLOCKS).min(geometry.output[2].div_ceil(LANES));
        let mut first = group * S::TILE_BLOCKS;
        while first < last {
            // Blocks go together where they meet the same input.
            let same = (first..last).all(|block| seen(block) == seen(first));
            let blocks = if same { last - first } else { 1 };
            let from = seen(first) + if blocked { piece } else { 0 };
            self.sum(s, Rows { first, blocks, from, start, end, stream: rows });
            first += blocks;
        }
    }
}

/// Rows of weights.
#[derive(Clone, Copy)]
struct Rows {
    /// The first block of filters.
    first: usize,
    /// Blocks of filters.
    blocks: usize,
    /// The block of the input that the rows begin with.
    from: usize,
    /// The first row.
    start: usize,
    /// Behind the last row.
    end: usize,
    /// Rows of a block of filters.
    stream: usize,
}

impl Task<'_> {
    /// Sums over the positions of this task's part.
    #[inline(always)]
    fn sum<S: Simd>(&self, s: S, rows: Rows) {
        let (pass, geometry) = (self.pass, self.pass.geometry);
        let start = self.part * pass.len + (rows.first * rows.stream + rows.start) * LANES;
        let weights = |block: usize| {
            // SAFETY: the tasks have different rows or parts; those of different blocks lie a stream apart.
            unsafe { pass.sums.part(start + block * rows.stream * LANES, (rows.end - rows.start) * LANES) }
        };
        if !pass.resume {
            (0..rows.blocks).for_each(|block| weights(block).fill(0.0));
        }
        let sums = pass.sums.get().wrapping_add(start);
        let offsets = std::array::from_fn(|i| self.offset((rows.start + i).min(rows.end - 1)));
        let [mut line, end] = [0, 1].map(|i| cut(pass.lines, pass.parts, self.part + i));
        let columns = if pass.single { pass.batch } else { geometry.output[1] };
        let segments = columns.div_ceil(SEGMENT);
        while line < end {
            let (sample, row) =
                if pass.single { (0, 0) } else { (line / geometry.output[0], line % geometry.output[0]) };
            let together = if pass.single { 1 } else { (SEGMENT / columns).clamp(1, geometry.output[0] - row) };
            let together = together.min(end - line);
            for i in 0..segments {
                let [column, last] = [0, 1].map(|j| cut(columns, segments, i + j));
                let lines = self.lines(&rows, sample, row, column, together, last - column);
                // SAFETY: whoever called `weight_gradient` promises that the windows lie in the input.
                unsafe {
                    if geometry.algorithm == Algorithm::Blocked {
                        self.consecutive(s, &rows, &lines, sums);
                    } else {
                        self.scattered(s, &rows, &lines, sums, &offsets);
                    }
                }
            }
            line += together;
        }
        if geometry.algorithm == Algorithm::Blocked && geometry.groups > 1 {
            (0..rows.blocks).for_each(|block| self.mask(s, rows.first + block, rows.from, weights(block)));
        }
    }

    /// Where a row finds its input, if it has its own place.
    #[inline(always)]
    fn offset(&self, row: usize) -> usize {
        let (geometry, x) = (self.pass.geometry, &self.pass.x);
        let taps = geometry.kernel[0] * geometry.kernel[1];
        let (plane, tap) = (row / taps, row % taps);
        plane * x.plane
            + tap / geometry.kernel[1] * geometry.dilation[0] * x.row
            + tap % geometry.kernel[1] * geometry.dilation[1] * x.lanes
    }

    /// `len` positions of some rows of the output, at the first tap.
    #[inline(always)]
    fn lines(&self, rows: &Rows, sample: usize, row: usize, column: usize, together: usize, len: usize) -> Lines {
        let Pass { geometry, x, dz, single, .. } = self.pass;
        let [up, left] = geometry.pad.map(|pad| pad as isize);
        if *single {
            return Lines {
                x: x.at(column, rows.from, -up, -left),
                d: dz.at(column, rows.first, 0, 0),
                rows: 1,
                len,
                x_row: 0,
                d_row: 0,
                x_step: x.sample,
                d_step: dz.sample,
                d_block: dz.plane,
            };
        }
        let [down, right] = geometry.stride;
        Lines {
            x: x.at(sample, rows.from, (row * down) as isize - up, (column * right) as isize - left),
            d: dz.at(sample, rows.first, row as isize, column as isize),
            rows: together,
            len,
            x_row: down * x.row,
            d_row: dz.row,
            x_step: right * x.lanes,
            d_step: LANES,
            d_block: dz.plane,
        }
    }

    /// Rows of a planar or depthwise convolution.
    #[inline(always)]
    unsafe fn scattered<S: Simd>(
        &self,
        s: S,
        rows: &Rows,
        lines: &Lines,
        sums: *mut f32,
        offsets: &[usize; SCATTERED],
    ) {
        let count = rows.end - rows.start;
        for row in (0..count).step_by(S::TILE_ROWS) {
            let offsets: [usize; ROWS] = std::array::from_fn(|i| offsets[(row + i).min(count - 1)]);
            let valid = S::TILE_ROWS.min(count - row);
            let tile = Reduce {
                lines,
                offsets,
                rows: valid,
                sums: sums.wrapping_add(row * LANES),
                stream: rows.stream * LANES,
                resume: true,
            };
            // SAFETY: the caller's promise.
            unsafe {
                if self.pass.geometry.algorithm == Algorithm::Depthwise {
                    tile.depthwise(s);
                } else {
                    tile.scattered(s, rows.blocks);
                }
            }
        }
    }

    /// Rows of a blocked convolution: for each tap, as many as the input's block has channels.
    #[inline(always)]
    unsafe fn consecutive<S: Simd>(&self, s: S, rows: &Rows, lines: &Lines, sums: *mut f32) {
        let (geometry, x) = (self.pass.geometry, &self.pass.x);
        let channels = (geometry.input[2] - rows.from * LANES).min(LANES);
        let mut sums = sums;
        for y in 0..geometry.kernel[0] {
            for column in 0..geometry.kernel[1] {
                let offset = y * geometry.dilation[0] * x.row + column * geometry.dilation[1] * x.lanes;
                for lane in (0..channels).step_by(S::TILE_ROWS) {
                    let tile = Reduce {
                        lines,
                        offsets: [offset + lane; ROWS],
                        rows: S::TILE_ROWS,
                        sums: sums.wrapping_add(lane * LANES),
                        stream: rows.stream * LANES,
                        resume: true,
                    };
                    // SAFETY: the caller's promise.
                    unsafe { tile.consecutive(s, rows.blocks) };
                }
                sums = sums.wrapping_add(LANES * LANES);
            }
        }
    }

    /// Zero where filter and channel belong to different groups.
    #[inline(always)]
    fn mask<S: Simd>(&self, s: S, block: usize, from: usize, weights: &mut [f32]) {
        let geometry = self.pass.geometry;
        let span = Span::transposed(geometry);
        for (row, weights) in weights.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let channel = from * LANES + row % LANES;
            let filters = if channel < geometry.input[2] { span.group(channel) } else { 0..0 };
            let own = |lane: &usize| filters.contains(&(block * LANES + lane));
            let bits = (0..LANES).filter(own).fold(0, |bits, lane| bits | 1 << lane);
            s.store(weights, s.select(s.mask(bits), s.load(weights), s.zero()));
        }
    }
}
