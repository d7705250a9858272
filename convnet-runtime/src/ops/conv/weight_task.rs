//! One task of the weights' gradient: some rows of weights, 16 filters each, for a tile's blocks of filters.

use super::Algorithm;
use super::span::Span;
use super::weight_gradient::Pass;
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};
use crate::cpu::threads::cut;

/// Most rows of a task where each has its own place in the input.
pub const SCATTERED: usize = 192;
/// Blocks of channels on either side that a task of filters with few taps has: each has to be worth its way to the cache.
const TOGETHER: usize = 4;
/// Fewer taps are few.
pub const TAPS: usize = 4;

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
        let together = self.together();
        match self.geometry.algorithm {
            Algorithm::Blocked => {
                (blocks.div_ceil(S::TILE_BLOCKS * together), Span::forward(self.geometry).len.div_ceil(together))
            }
            Algorithm::Planar => (blocks.div_ceil(S::TILE_BLOCKS), self.rows().div_ceil(SCATTERED)),
            Algorithm::Depthwise => (blocks, self.rows().div_ceil(SCATTERED)),
        }
    }

    /// Tiles of filters, and blocks of the input, of a task.
    pub fn together(&self) -> usize {
        let few = self.geometry.kernel[0] * self.geometry.kernel[1] < TAPS;
        if few && self.geometry.algorithm == Algorithm::Blocked && self.geometry.groups == 1 { TOGETHER } else { 1 }
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
        let (groups, pieces) = pass.grid::<S>();
        let (group, piece) = (self.i / pieces, self.i % pieces);
        let stream = pass.rows();
        let mut all = [Rows::default(); TOGETHER * TOGETHER * 2];
        let mut count = 0;
        let mut add = |rows: Rows| {
            all[count] = rows;
            count += 1;
        };
        let filters = geometry.output[2].div_ceil(LANES);
        let [mut first, last] =
            [0, 1].map(|i| cut(filters.div_ceil(S::TILE_BLOCKS), groups, group + i) * S::TILE_BLOCKS);
        let last = last.min(filters);
        let [start, end] = [0, 1].map(|i| cut(stream, pieces, piece + i));
        match geometry.algorithm {
            Algorithm::Depthwise => add(Rows { first: group, blocks: 1, from: group, start, end, stream }),
            Algorithm::Planar => add(Rows { first, blocks: last - first, from: 0, start, end, stream }),
            Algorithm::Blocked => {
                let span = Span::forward(geometry);
                let len = stream / span.len;
                while first < last {
                    // Blocks go together where they meet the same input.
                    let most = S::TILE_BLOCKS.min(last - first);
                    let same = (first..first + most).all(|block| span.start(block) == span.start(first));
                    let blocks = if same { most } else { 1 };
                    for i in cut(span.len, pieces, piece)..cut(span.len, pieces, piece + 1) {
                        let (from, start) = (span.start(first) + i, i * len);
                        add(Rows { first, blocks, from, start, end: start + len, stream });
                    }
                    first += blocks;
                }
            }
        }
        self.sum(s, &all[..count]);
    }
}

/// Rows of weights.
#[derive(Clone, Copy, Default)]
pub struct Rows {
    /// The first block of filters.
    pub first: usize,
    /// Blocks of filters.
    pub blocks: usize,
    /// The block of the input that the rows begin with.
    pub from: usize,
    /// The first row.
    pub start: usize,
    /// Behind the last row.
    pub end: usize,
    /// Rows of a block of filters.
    pub stream: usize,
}
