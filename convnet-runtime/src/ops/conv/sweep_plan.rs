//! How a sweep is cut into tasks.

use super::narrow;
use super::span::Span;
use super::sweep::Sweep;
use super::tile::{PIXELS, STREAMS, Walk};
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;
use crate::cpu::threads::cut;

/// Floats of weights that stay in a near cache while many tiles use them.
const CHUNK: usize = 1 << 13;
/// Pairs of blocks of output channels that use the same samples' features while these are in a near cache.
pub const PAIRS: usize = 4;
/// Products that a depthwise one takes as long as.
const DEPTHWISE: usize = 3;
/// Floating-point operations of a task: few enough for all processors, many enough to be worth it.
const TASK: std::ops::Range<usize> = 1 << 20..1 << 25;

/// How positions are numbered along the lines that tiles are cut from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A row of one sample.
    Row,
    /// All rows of one sample, one behind the other: the step across the end of a row is the same as within it.
    Plane,
    /// The samples: there is but one position.
    Batch,
}

/// Each task takes some of the tiles of one sample and group of blocks.
pub struct Plan<'a> {
    /// What is cut.
    pub sweep: &'a Sweep,
    /// Its walk, from position to position along a line.
    pub walk: Walk,
    /// What a line is.
    pub line: Line,
    /// Independent runs of lines.
    samples: usize,
    /// Groups of blocks of output channels.
    groups: usize,
    /// Blocks of a group, and of a tile.
    pub group: usize,
    /// See `group`.
    pub blocks: usize,
    /// Positions of each line; pairs, with pool.
    positions: usize,
    /// Tiles of each line.
    line_tiles: usize,
    /// Tiles of each sample.
    tiles: usize,
    /// The parts that they are cut into.
    strips: usize,
    /// Channels of a group, where these are few: see [`narrow`].
    pub narrow: Option<usize>,
    /// Input blocks whose weights are used for many tiles before the next ones, if not all.
    pub chunk: Option<usize>,
    /// A group's weights are larger than a sample's input: consecutive tasks share them.
    weights_first: bool,
    /// Floating-point operations.
    pub work: usize,
}

impl<'a> Plan<'a> {
    /// The plan for an instruction set.
    #[inline(always)]
    pub fn new<S: Simd>(sweep: &'a Sweep) -> Self {
        let mut walk = sweep.walk;
        let line = if sweep.pool {
            Line::Row
        } else if sweep.rows * sweep.columns == 1 {
            walk.pixel_step = sweep.x_sample;
            Line::Batch
        } else if sweep.x_row == sweep.columns * walk.pixel_step {
            Line::Plane
        } else {
            Line::Row
        };
        let (samples, lines, positions) = match line {
            Line::Row if sweep.pool => (sweep.samples, sweep.rows / 2, sweep.columns / 2),
            Line::Row => (sweep.samples, sweep.rows, sweep.columns),
            Line::Plane => (sweep.samples, 1, sweep.rows * sweep.columns),
            Line::Batch => (1, 1, sweep.samples),
        };
        let taps = walk.rows * walk.columns;
        let narrow = match sweep.span.as_ref().and_then(Span::narrow) {
            Some(width) if line != Line::Batch && taps <= narrow::TAPS => Some(width),
            _ => None,
        };
        let pixels = if narrow.is_some() { S::TILE_PIXELS.min(narrow::POSITIONS) } else { S::TILE_PIXELS };
        let most = match line {
            // These tiles are cut into register tiles on their own.
            Line::Row if sweep.depthwise && sweep.pool => PIXELS,
            Line::Row | Line::Plane if sweep.depthwise => 2 * PIXELS,
            Line::Row if sweep.pool => pixels / 2,
            // Samples often lie a power of two apart, and a set of a cache holds but so many of them.
            Line::Batch => pixels.min(8),
            _ => pixels,
        };
        let single = line == Line::Batch && positions == 1;
        let blocks = match sweep.depthwise || narrow.is_some() {
            true => 1,
            false if single => STREAMS,
            false => S::TILE_BLOCKS,
        };
        let many = line == Line::Batch && positions > most && !sweep.depthwise && sweep.span.is_none();
        let chunk = many.then(|| (CHUNK / (blocks * walk.weights()).max(1)).clamp(1, walk.blocks));
        let group = if many { PAIRS * blocks } else { blocks };

        let line_tiles = positions.div_ceil(most);
        let tiles = lines * line_tiles;
        let groups = sweep.blocks.div_ceil(group);
        // A depthwise product takes as long as several: what it reads it uses once.
        let share = if sweep.depthwise { LANES * DEPTHWISE } else { narrow.unwrap_or(LANES) };
        let products = walk.blocks * walk.weights() * share / LANES;
        let work = 2 * products * sweep.samples * sweep.rows * sweep.columns * sweep.blocks;
        let task = (work / 128).clamp(TASK.start, TASK.end);
        let strips = work.div_ceil((samples * groups).max(1) * task).clamp(1, tiles.max(1));
        let weights_first = group * products > sweep.x_sample;
        Self {
            sweep,
            walk,
            line,
            samples,
            groups,
            group,
            blocks,
            positions,
            line_tiles,
            tiles,
            strips,
            narrow,
            chunk,
            weights_first,
            work,
        }
    }

    /// The number of tasks.
    pub fn tasks(&self) -> usize {
        self.samples * self.groups * self.strips
    }

    /// Sample, group and strip of a task.
    #[inline(always)]
    pub fn task(&self, i: usize) -> (usize, usize, usize) {
        let (i, strip) = (i / self.strips, i % self.strips);
        if self.weights_first {
            (i % self.samples, i / self.samples, strip)
        } else {
            (i / self.groups, i % self.groups, strip)
        }
    }

    /// The tiles of a strip.
    #[inline(always)]
    pub fn strip(&self, strip: usize) -> std::ops::Range<usize> {
        cut(self.tiles, self.strips, strip)..cut(self.tiles, self.strips, strip + 1)
    }

    /// Line, first position and positions of a tile; tiles of a line differ by one position at most.
    #[inline(always)]
    pub fn tile(&self, tile: usize) -> (usize, usize, usize) {
        let (line, i) = (tile / self.line_tiles, tile % self.line_tiles);
        let start = cut(self.positions, self.line_tiles, i);
        (line, start, cut(self.positions, self.line_tiles, i + 1) - start)
    }
}
