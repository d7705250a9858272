//! The input of squares that will be transformed soon.

use std::ops::Range;

use super::Tiling;
use super::grid::Grid;
use super::input::Source;
use crate::cpu::map::LANES;
use crate::ops::conv::points;
use crate::ops::conv::sweep_ahead::Next;

/// Positions of a row of tiles that are walked at once.
const COLUMNS: usize = 56;

/// Walks over the positions that tiles are cut from.
pub struct Ahead {
    /// What they are cut from.
    pub source: Source,
    /// The tiles of the output.
    pub grid: Grid,
    /// Their sizes.
    pub tiling: Tiling,
    /// Blocks of channels.
    pub blocks: Range<usize>,
    /// The tiles that are left.
    pub tiles: Range<usize>,
    /// The row, the block and the column that come next.
    pub next: [usize; 3],
}

impl points::Ahead for Ahead {
    #[inline(always)]
    fn lines(&mut self) -> Next {
        let Self { source: Source { view, start }, grid, tiling, blocks, tiles, next: [row, block, column] } = self;
        let Tiling { size, taps } = *tiling;
        if tiles.start >= tiles.end {
            return Next::NONE;
        }
        let run = grid.row(tiles.start, tiles.end, COLUMNS / size);
        let y = start[0] + (run.row * size + *row) as isize;
        let x = start[1] + (run.column * size + *column) as isize;
        let at = view.at(run.sample, blocks.start + *block, y, x);
        *column += blocks.len() * LANES;
        if *column >= run.len * size + taps - 1 {
            (*column, *block) = (0, *block + 1);
        }
        if *block == blocks.len() {
            (*block, *row) = (0, *row + 1);
        }
        if *row == size + taps - 1 {
            *row = 0;
            tiles.start += run.len;
        }
        Next { at, step: LANES }
    }
}
