//! How a sweep is cut into tasks.

use std::ops::Range;

use super::narrow;
use super::span::Span;
use super::sweep::Sweep;
use super::tile::Walk;
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;
use crate::cpu::threads::cut;

/// Most positions whose sums are kept before they are given away, in two rows with a pool.
pub const RUN: usize = 56;
/// Floats of weights that stay in a near cache while all positions of a task meet them.
const GROUP: usize = 1 << 15;
/// Tasks that keep all processors busy.
const TASKS: usize = 64;
/// Floating-point operations of a task: few enough for all processors, many enough to be worth it.
const TASK: Range<usize> = 1 << 19..1 << 25;

/// Most taps, of all channels, that are walked one by one.
const TAPS: usize = 32;

/// How positions are numbered along the lines that tiles are cut from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A row of one sample.
    Row,
    /// All rows of one sample, one behind the other.
    Plane,
    /// The samples: there is but one position.
    Batch,
}

/// Each task takes some of the tiles of one sample and group of blocks.
pub struct Plan<'a> {
    /// What is cut.
    pub sweep: &'a Sweep<'a>,
    /// Its walk, from position to position along a line.
    pub walk: Walk,
    /// What a line is.
    pub line: Line,
    /// Independent runs of lines.
    samples: usize,
    /// Groups of blocks of output channels.
    groups: usize,
    /// Blocks of a tile.
    pub blocks: usize,
    /// Positions of each line; pairs, with pool.
    positions: usize,
    /// Tiles of each line.
    line_tiles: usize,
    /// Tiles of a line that go together.
    run: usize,
    /// Tiles of each sample.
    tiles: usize,
    /// The parts that they are cut into.
    strips: usize,
    /// Channels of a group, where these are few: see [`narrow`].
    pub narrow: Option<usize>,
    /// A group's weights are larger than a sample's input: consecutive tasks share them, otherwise they share positions, so
    /// that threads have the same ones in the next layer.
    weights_first: bool,
    /// From the first tap to each of these, and how many: see [`Tile::taps`](super::tile::Tile::taps).
    few: ([usize; TAPS], usize),
    /// Whether lines of the input, of the output, and of the weights are asked for before they are needed. Planes are small,
    /// and read one value after the other; few weights stay near.
    pub asks: [bool; 3],
    /// Floating-point operations.
    pub work: usize,
}

impl<'a> Plan<'a> {
    /// The plan for an instruction set.
    #[inline(always)]
    pub fn new<S: Simd>(sweep: &'a Sweep<'a>) -> Self {
        let mut walk = sweep.walk;
        let taps = walk.rows * walk.columns;
        let narrow = match sweep.span.as_ref().and_then(Span::narrow) {
            Some(width) if sweep.rows * sweep.columns > 1 && taps <= narrow::TAPS => Some(width),
            _ => None,
        };
        let line = if sweep.pool {
            Line::Row
        } else if sweep.rows * sweep.columns == 1 {
            walk.pixel_step = sweep.x_sample;
            Line::Batch
        } else if narrow.is_some() && sweep.x_row != sweep.columns * walk.pixel_step {
            Line::Row
        } else {
            Line::Plane
        };
        let (samples, lines, positions) = match line {
            Line::Row if sweep.pool => (sweep.samples, sweep.rows / 2, sweep.columns / 2),
            Line::Row => (sweep.samples, sweep.rows, sweep.columns),
            Line::Plane => (sweep.samples, 1, sweep.rows * sweep.columns),
            Line::Batch => (1, 1, sweep.samples),
        };
        let pixels = if narrow.is_some() { narrow::pixels::<S>() } else { S::TILE_PIXELS };
        // With pool a tile has pairs of positions.
        let pairs = if sweep.pool { 2 } else { 1 };
        let (most, run) = ((pixels / pairs).max(1), RUN / pixels.max(pairs));

        let line_tiles = positions.div_ceil(most);
        let tiles = lines * line_tiles;
        let weights = taps * walk.blocks * walk.lanes * LANES;
        let products = weights * narrow.unwrap_or(LANES) / LANES;
        let each = 2 * products * sweep.samples * sweep.rows * sweep.columns;
        let work = each * sweep.blocks;
        let task = (work / (2 * TASKS)).clamp(TASK.start, TASK.end);
        // A task has whole runs, as long as these are enough for all, and as many blocks as then make a task.
        let runs = samples * lines * line_tiles.div_ceil(run);
        let blocks = if narrow.is_some() { 1 } else { S::TILE_BLOCKS };
        let group = if narrow.is_some() || sweep.turn.is_some() {
            blocks
        } else {
            let most = GROUP / weights.max(1);
            (task * runs / each.max(1)).min(most).next_multiple_of(blocks).clamp(blocks, sweep.blocks.max(blocks))
        };
        let groups = sweep.blocks.div_ceil(group);
        let wanted = work.div_ceil((samples * groups).max(1) * task);
        let whole = runs / samples.max(1);
        let strips = if groups * runs < TASKS { wanted.min(tiles) } else { wanted.min(whole) }.max(1);
        // Weights are transposed for each strip.
        let strips = if sweep.turn.is_some() { 1 } else { strips };
        let weights_first = group * products > sweep.x_sample;
        let output = !sweep.pool && line != Line::Batch;
        let input = line != Line::Batch && walk.pixel_step >= LANES;
        let many = narrow.is_none() && sweep.turn.is_none() && weights * sweep.blocks > GROUP;
        Self {
            sweep,
            walk,
            line,
            samples,
            groups,
            blocks,
            positions,
            line_tiles,
            run,
            tiles,
            strips,
            narrow,
            weights_first,
            few: few(&walk),
            asks: [input, output, many],
            work,
        }
    }

    /// See [`Tile::taps`](super::tile::Tile::taps).
    #[inline(always)]
    pub fn taps(&self) -> &[usize] {
        &self.few.0[..self.few.1]
    }

    /// The number of tasks.
    pub fn tasks(&self) -> usize {
        self.samples * self.groups * self.strips
    }

    /// Sample, group and strip of a task.
    #[inline(always)]
    pub fn task(&self, i: usize) -> (usize, usize, usize) {
        if self.weights_first {
            let (i, strip) = (i / self.strips, i % self.strips);
            (i % self.samples, i / self.samples, strip)
        } else {
            let (i, group) = (i / self.groups, i % self.groups);
            (i / self.strips, group, i % self.strips)
        }
    }

    /// The blocks of a group: they differ by a tile's at most.
    #[inline(always)]
    pub fn group(&self, group: usize) -> Range<usize> {
        let tiles = self.sweep.blocks.div_ceil(self.blocks);
        let [start, end] = [group, group + 1].map(|i| cut(tiles, self.groups, i) * self.blocks);
        start..end.min(self.sweep.blocks)
    }

    /// The tiles of a strip.
    #[inline(always)]
    pub fn strip(&self, strip: usize) -> Range<usize> {
        cut(self.tiles, self.strips, strip)..cut(self.tiles, self.strips, strip + 1)
    }

    /// The line of a tile, the positions of a run of tiles from there on, and the tile behind it; tiles of a line differ by
    /// one position at most.
    #[inline(always)]
    pub fn run(&self, tiles: &Range<usize>) -> (usize, Range<usize>, usize) {
        let (line, i) = (tiles.start / self.line_tiles, tiles.start % self.line_tiles);
        let count = self.run.min(self.line_tiles - i).min(tiles.end - tiles.start);
        let [start, end] = [i, i + count].map(|i| cut(self.positions, self.line_tiles, i));
        (line, start..end, tiles.start + count)
    }
}

/// The taps of a walk whose rows are short, if they are few.
fn few(walk: &Walk) -> ([usize; TAPS], usize) {
    let mut few = ([0; TAPS], 0);
    let short = walk.columns * walk.lanes < LANES && walk.last_lanes == walk.lanes;
    if !short || walk.blocks * walk.rows * walk.columns * walk.lanes > TAPS {
        return few;
    }
    for block in 0..walk.blocks {
        for row in 0..walk.rows {
            for column in 0..walk.columns {
                for lane in 0..walk.lanes {
                    let tap = (block * walk.block_step).wrapping_add_signed(row as isize * walk.row_step);
                    few.0[few.1] = tap.wrapping_add_signed(column as isize * walk.column_step) + lane;
                    few.1 += 1;
                }
            }
        }
    }
    few
}
