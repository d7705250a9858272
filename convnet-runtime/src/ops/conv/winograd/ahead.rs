//! The input of a block of tiles that will be transformed soon, asked for while products are computed: these leave memory
//! idle, the transforms wait for it.

use std::ops::Range;

use super::Tiling;
use super::grid::Grid;
use super::input::Source;
use crate::cpu::map::LANES;

/// Positions of a row of tiles that are walked at once.
const COLUMNS: usize = 56;

/// Walks over the positions that tiles are cut from.
pub struct Ahead<'a> {
    /// What they are cut from.
    pub source: &'a Source,
    /// The tiles of the output.
    pub grid: &'a Grid,
    /// Their sizes.
    pub tiling: Tiling,
    /// Blocks of channels.
    pub blocks: usize,
    /// The tiles that are left.
    pub tiles: Range<usize>,
    /// The row, the block and the column that come next.
    pub next: [usize; 3],
}

impl Ahead<'_> {
    /// The next positions, about as many as there are channels: each is a cache line. Null behind the last one.
    #[inline(always)]
    pub fn lines(&mut self) -> *const f32 {
        let Self { source: Source { view, start }, grid, tiling, blocks, tiles, next: [row, block, column] } = self;
        let Tiling { size, taps } = *tiling;
        if tiles.start >= tiles.end {
            return std::ptr::null();
        }
        let run = grid.row(tiles.start, tiles.end, COLUMNS / size);
        let y = start[0] + (run.row * size + *row) as isize;
        let x = start[1] + (run.column * size + *column) as isize;
        let lines = view.at(run.sample, *block, y, x);
        *column += *blocks * LANES;
        if *column >= run.len * size + taps - 1 {
            (*column, *block) = (0, *block + 1);
        }
        if *block == *blocks {
            (*block, *row) = (0, *row + 1);
        }
        if *row == size + taps - 1 {
            *row = 0;
            tiles.start += run.len;
        }
        lines
    }
}
