//! The tiles of a convolution: squares of its output.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::ahead::Ahead;
use super::grid::{Grid, Neighbours};
use super::input::{Input, Source};
use super::output::{COLUMNS, Output, Rows};
use super::{Tiling, by_tiling};
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;
use crate::ops::conv::points::{Points, Tiles};
use crate::ops::conv::sweep::{Segment, Sink};

/// What tiles there are, and what they are cut from.
#[derive(Clone, Copy)]
pub struct Squares {
    tiling: Tiling,
    source: Source,
    /// Height and width of the output that is computed.
    output: [usize; 2],
    grid: Grid,
    pool: bool,
}

impl Squares {
    /// Tiles of so many samples. With `pool` the sink wants 2x2 positions at a time; an odd last row or column is not computed.
    pub fn new(tiling: Tiling, source: Source, samples: usize, output: [usize; 2], pool: bool) -> Self {
        let output = if pool { output.map(|n| n / 2 * 2) } else { output };
        Self { tiling, source, output, grid: Grid::new(samples, output, tiling.size), pool }
    }

    /// Hands sums to the sink.
    #[inline(always)]
    unsafe fn give<S: Simd, K: Sink>(&self, s: S, run: Neighbours, block: usize, sums: *const f32, sink: &K) {
        let size = self.tiling.size;
        let (row, column) = (run.row * size, run.column * size);
        let (rows, len) = (size.min(self.output[0] - row), (run.len * size).min(self.output[1] - column));
        let line = |i: usize| sums.wrapping_add(i * COLUMNS * LANES);
        // SAFETY: the caller's promise.
        unsafe {
            if self.pool {
                for i in 0..rows / 2 {
                    let at = Segment { sample: run.sample, block, row: row / 2 + i, column: column / 2, len: len / 2 };
                    sink.take_pairs(s, at, line(2 * i), line(2 * i + 1));
                }
            } else {
                for i in 0..rows {
                    let at = Segment { sample: run.sample, block, row: row + i, column, len };
                    sink.take(s, at, line(i));
                }
            }
        }
    }
}

impl Tiles for Squares {
    type Ahead = Ahead;

    #[inline(always)]
    fn count(&self) -> usize {
        self.grid.tiles
    }

    #[inline(always)]
    fn points(&self) -> usize {
        self.tiling.points()
    }

    #[inline(always)]
    unsafe fn input<S: Simd>(&self, s: S, block: usize, tiles: Range<usize>, to: Points) {
        let Self { source, grid, .. } = self;
        by_tiling!(s, self.tiling, Input { source, grid, block, tiles, to: to.start, step: to.step });
    }

    #[inline(always)]
    fn ahead(&self, blocks: Range<usize>, tiles: Range<usize>) -> Ahead {
        Ahead { source: self.source, grid: self.grid, tiling: self.tiling, blocks, tiles, next: [0; 3] }
    }

    #[inline(always)]
    unsafe fn sums<S: Simd, K: Sink>(&self, s: S, from: Points, tiles: Range<usize>, block: usize, sink: &K) {
        let mut memory = MaybeUninit::<Rows>::uninit();
        let rows = memory.as_mut_ptr().cast::<f32>();
        let mut tile = tiles.start;
        while tile < tiles.end {
            let run = self.grid.row(tile, tiles.end, COLUMNS / self.tiling.size);
            let start = from.start.wrapping_add((tile - tiles.start) * LANES).cast_const();
            by_tiling!(s, self.tiling, Output { from: start, step: from.step, tiles: run.len, to: rows });
            // SAFETY: the caller's promise.
            unsafe {
                if run.row + run.column == 0 {
                    sink.border(run.sample, block);
                }
                self.give(s, run, block, rows, sink);
            }
            tile += run.len;
        }
    }
}
