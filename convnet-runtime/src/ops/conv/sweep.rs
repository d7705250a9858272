//! A whole convolution as register tiles: which tiles there are, and which task computes them. What becomes of the sums
//! is the business of a [`Sink`].

use std::mem::MaybeUninit;

use super::span::Span;
use super::tile::{PIXELS, STREAMS, SUMS, Tile, Walk};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{cut, parallel};

/// What is summed: `sums[n, o, y, x] = sum over the walk from (n, y, x)` for the blocks `o` of output channels.
#[derive(Clone, Copy)]
pub struct Sweep {
    /// Products of one position.
    pub walk: Walk,
    /// Each lane is its own channel: block o of the input alone makes block o of the output.
    pub depthwise: bool,
    /// The input blocks that each block of the output meets; `None`: all.
    pub span: Option<Span>,
    /// The first tap of position (0, 0) of sample 0 in block 0.
    pub x: *const f32,
    /// From a sample to the next.
    pub x_sample: usize,
    /// From a row of positions to the next.
    pub x_row: usize,
    /// Packed weights.
    pub w: *const f32,
    /// Samples.
    pub samples: usize,
    /// Rows of positions.
    pub rows: usize,
    /// Columns of positions.
    pub columns: usize,
    /// Blocks of output channels.
    pub blocks: usize,
    /// The sink wants 2x2 positions at a time; an odd last row or column is not computed.
    pub pool: bool,
}

// SAFETY: what it points to is only read; whoever calls `run` promises that nobody writes there meanwhile.
unsafe impl Sync for Sweep {}

/// Positions of one row.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// Sample.
    pub sample: usize,
    /// Block of output channels.
    pub block: usize,
    /// Row.
    pub row: usize,
    /// First column.
    pub column: usize,
    /// Number of columns.
    pub len: usize,
}

/// What becomes of the sums. Methods must be `#[inline(always)]`.
pub trait Sink: Sync {
    /// Takes the sums of a segment, `[column][16]`.
    ///
    /// # Safety
    /// The sums are there, the segment lies in the sweep, and no other thread has the same one.
    unsafe fn take<S: Simd>(&self, s: S, at: Segment, sums: *const f32);

    /// Takes the sums of two rows, of which rows and columns count in pairs.
    ///
    /// # Safety
    /// As for `take`.
    unsafe fn take_pairs<S: Simd>(&self, s: S, at: Segment, top: *const f32, bottom: *const f32);

    /// Is called once for each sample and block.
    ///
    /// # Safety
    /// As for `take`.
    unsafe fn border(&self, sample: usize, block: usize);
}

/// How positions are numbered along the lines that tiles are cut from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// A row of one sample.
    Row,
    /// All rows of one sample, one behind the other: the step across the end of a row is the same as within it.
    Plane,
    /// The samples: there is but one position.
    Batch,
}

/// Sums that are kept while the weights of some input channels are used for many positions.
const HELD: usize = 8;
/// Floats of weights to be used for all held tiles before the next ones are read.
const CHUNK: usize = 1 << 13;

impl Sweep {
    /// Computes all sums.
    ///
    /// # Safety
    /// The walk stays in the input and the weights for every position and block, nobody writes there meanwhile, and
    /// the sink can take every segment.
    pub unsafe fn run<K: Sink>(&self, sink: &K) {
        dispatch(All { sweep: self, sink });
    }

    fn line(&self) -> Line {
        if self.rows == 1 && self.columns == 1 && !self.pool {
            Line::Batch
        } else if self.x_row == self.columns * self.walk.pixel_step && !self.pool {
            Line::Plane
        } else {
            Line::Row
        }
    }
}

/// Room for the sums of a tile.
#[repr(C, align(64))]
struct Held([f32; SUMS]);

/// The sweep on one instruction set.
struct All<'a, K> {
    sweep: &'a Sweep,
    sink: &'a K,
}

impl<K: Sink> Kernel for All<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let plan = Plan::new::<S>(self.sweep);
        if plan.tiles == 0 {
            return;
        }
        parallel(plan.tasks(), plan.work, |i| s.vectorize(Task { plan: &plan, sink: self.sink, i }));
    }
}

/// How a sweep is cut into tasks: each takes some of the tiles of one line's sample and group of blocks.
struct Plan<'a> {
    sweep: &'a Sweep,
    walk: Walk,
    line: Line,
    /// Independent runs of lines.
    samples: usize,
    /// Groups of blocks of output channels, and blocks in each.
    groups: usize,
    group: usize,
    /// Lines of each sample (pairs of lines, with pool), and positions (pairs, with pool) and tiles of each.
    positions: usize,
    line_tiles: usize,
    /// Tiles of each sample, and the parts that they are cut into.
    tiles: usize,
    strips: usize,
    /// Input blocks whose weights are used for many tiles before the next ones.
    chunk: usize,
    /// A group's weights are larger than a sample's input: let threads share the weights.
    weights_first: bool,
    work: usize,
}

impl<'a> Plan<'a> {
    #[inline(always)]
    fn new<S: Simd>(sweep: &'a Sweep) -> Self {
        let line = sweep.line();
        let mut walk = sweep.walk;
        let (samples, lines, positions) = match line {
            Line::Row if sweep.pool => (sweep.samples, sweep.rows / 2, sweep.columns / 2),
            Line::Row => (sweep.samples, sweep.rows, sweep.columns),
            Line::Plane => (sweep.samples, 1, sweep.rows * sweep.columns),
            Line::Batch => (1, 1, sweep.samples),
        };
        let mut most = S::TILE_PIXELS;
        if sweep.pool {
            most /= 2;
        }
        let mut group = if sweep.depthwise { 1 } else { S::TILE_BLOCKS };
        let mut chunk = walk.blocks;
        if line == Line::Batch {
            walk.pixel_step = sweep.x_sample;
            // Samples often lie a power of two apart, and a cache set holds but so many of them.
            most = most.min(8);
            if positions == 1 && !sweep.depthwise {
                group = STREAMS;
            } else if positions > most {
                chunk = (CHUNK / (group * walk.weights()).max(1)).clamp(1, walk.blocks);
            }
        }
        let line_tiles = positions.div_ceil(most);
        let tiles = lines * line_tiles;
        let groups = sweep.blocks.div_ceil(group);
        let products = walk.blocks * walk.weights();
        let work = 2 * products * sweep.samples * sweep.rows * sweep.columns * sweep.blocks;
        let task = (work / 128).clamp(1 << 20, 1 << 25);
        let strips = work.div_ceil(samples * groups * task).clamp(1, tiles.max(1));
        let weights_first = group * products > sweep.x_sample;
        Self {
            sweep,
            walk,
            line,
            samples,
            groups,
            group,
            positions,
            line_tiles,
            tiles,
            strips,
            chunk,
            weights_first,
            work,
        }
    }

    fn tasks(&self) -> usize {
        self.samples * self.groups * self.strips
    }

    /// Sample, group and strip of a task.
    #[inline(always)]
    fn task(&self, i: usize) -> (usize, usize, usize) {
        let (i, strip) = (i / self.strips, i % self.strips);
        if self.weights_first {
            (i % self.samples, i / self.samples, strip)
        } else {
            (i / self.groups, i % self.groups, strip)
        }
    }
}

/// The tiles of one task.
struct Task<'a, K> {
    plan: &'a Plan<'a>,
    sink: &'a K,
    i: usize,
}

impl<K: Sink> Kernel for Task<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (plan, sweep) = (self.plan, self.plan.sweep);
        let (sample, group, strip) = plan.task(self.i);
        let end = ((group + 1) * plan.group).min(sweep.blocks);
        let mut first = group * plan.group;
        while first < end {
            // Blocks go together where they meet the same input.
            let mut blocks = end - first;
            if blocks > 1 {
                let start = |block| sweep.span.map_or(0, |span| span.start(block));
                let same = (first..end).all(|block| start(block) == start(first));
                if !same || plan.group == STREAMS && blocks < STREAMS {
                    blocks = 1;
                }
            }
            // SAFETY: whoever called `Sweep::run` promises that all tiles can be read and taken; each task has its own.
            unsafe {
                if strip == 0 {
                    for block in first..first + blocks {
                        if plan.line == Line::Batch {
                            (0..sweep.samples).for_each(|n| self.sink.border(n, block));
                        } else {
                            self.sink.border(sample, block);
                        }
                    }
                }
                self.blocks(
                    s,
                    sample,
                    first,
                    blocks,
                    cut(plan.tiles, plan.strips, strip),
                    cut(plan.tiles, plan.strips, strip + 1),
                );
            }
            first += blocks;
        }
    }
}

impl<K: Sink> Task<'_, K> {
    /// The tiles of some blocks of output channels.
    #[inline(always)]
    unsafe fn blocks<S: Simd>(&self, s: S, sample: usize, first: usize, blocks: usize, start: usize, end: usize) {
        let (plan, sweep, walk) = (self.plan, self.plan.sweep, &self.plan.walk);
        let from = if sweep.depthwise { first } else { sweep.span.map_or(0, |span| span.start(first)) };
        let x = sweep.x.wrapping_add(sample * sweep.x_sample + from * walk.block_step);
        let w = sweep.w.wrapping_add(first * walk.stream);
        let mut memory = MaybeUninit::<[Held; HELD]>::uninit();
        let sums = memory.as_mut_ptr().cast::<f32>();
        // SAFETY: see `run`; there is room for the sums of `HELD` tiles.
        unsafe {
            if plan.chunk == walk.blocks {
                for tile in start..end {
                    let (line, position, len) = self.place(tile);
                    if sweep.pool {
                        let x = x.wrapping_add(2 * line * sweep.x_row + 2 * position * walk.pixel_step);
                        let bottom = sums.add(SUMS);
                        self.tile(s, Tile { walk, x, w, sums, resume: false }, blocks, 2 * len);
                        let x = x.wrapping_add(sweep.x_row);
                        self.tile(s, Tile { walk, x, w, sums: bottom, resume: false }, blocks, 2 * len);
                        for o in 0..blocks {
                            let at = Segment { sample, block: first + o, row: line, column: position, len };
                            let top = o * PIXELS * LANES;
                            self.sink.take_pairs(s, at, sums.add(top), bottom.add(top));
                        }
                    } else {
                        let x = x.wrapping_add(line * sweep.x_row + position * walk.pixel_step);
                        self.tile(s, Tile { walk, x, w, sums, resume: false }, blocks, len);
                        self.give(s, sample, first, blocks, tile, sums);
                    }
                }
                return;
            }
            for start in (start..end).step_by(HELD) {
                let end = (start + HELD).min(end);
                for from in (0..walk.blocks).step_by(plan.chunk) {
                    let part = walk.part(from, (from + plan.chunk).min(walk.blocks));
                    let (x, w) = (x.wrapping_add(from * walk.block_step), w.wrapping_add(from * walk.weights()));
                    for tile in start..end {
                        let (line, position, len) = self.place(tile);
                        let x = x.wrapping_add(line * sweep.x_row + position * walk.pixel_step);
                        let sums = sums.add((tile - start) * SUMS);
                        self.tile(s, Tile { walk: &part, x, w, sums, resume: from > 0 }, blocks, len);
                    }
                }
                for tile in start..end {
                    self.give(s, sample, first, blocks, tile, sums.add((tile - start) * SUMS));
                }
            }
        }
    }

    /// Line, first position and positions of a tile; tiles of a line differ by one position at most.
    #[inline(always)]
    fn place(&self, tile: usize) -> (usize, usize, usize) {
        let plan = self.plan;
        let (line, i) = (tile / plan.line_tiles, tile % plan.line_tiles);
        let start = cut(plan.positions, plan.line_tiles, i);
        (line, start, cut(plan.positions, plan.line_tiles, i + 1) - start)
    }

    #[inline(always)]
    unsafe fn tile<S: Simd>(&self, s: S, tile: Tile<'_>, blocks: usize, pixels: usize) {
        // SAFETY: see `run`.
        unsafe {
            if self.plan.sweep.depthwise {
                tile.depthwise(s, pixels);
            } else if pixels == 1 && self.plan.group == STREAMS {
                tile.single(s, blocks);
            } else {
                tile.product(s, blocks, pixels);
            }
        }
    }

    /// Hands the sums of a tile to the sink, row by row.
    #[inline(always)]
    unsafe fn give<S: Simd>(&self, s: S, sample: usize, first: usize, blocks: usize, tile: usize, sums: *const f32) {
        let (line, start, len) = self.place(tile);
        let columns = self.plan.sweep.columns;
        let (mut done, line_kind) = (0, self.plan.line);
        while done < len {
            let position = start + done;
            let (sample, row, column, len) = match line_kind {
                Line::Row => (sample, line, position, len),
                Line::Plane => {
                    let column = position % columns;
                    (sample, position / columns, column, (columns - column).min(len - done))
                }
                Line::Batch => (position, 0, 0, 1),
            };
            for o in 0..blocks {
                let at = Segment { sample, block: first + o, row, column, len };
                // SAFETY: see `run`; the sums of the tile are there.
                unsafe { self.sink.take(s, at, sums.add((o * PIXELS + done) * LANES)) };
            }
            done += len;
        }
    }
}
