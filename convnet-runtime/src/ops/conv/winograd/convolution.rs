//! A whole convolution.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::ahead::Ahead;
use super::blocks::{Blocks, Sizes, step};
use super::grid::{Grid, Neighbours};
use super::input::{Input, Source};
use super::output::{COLUMNS, Output, Rows};
use super::{Tiling, by_tiling, filters};
use crate::cpu::map::LANES;
use crate::cpu::run::Run;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, Shared, cut, parallel, parallel_seated, seats, workers};
use crate::ops::conv::places::Places;
use crate::ops::conv::sweep::{Segment, Sink};
use crate::ops::conv::sweep_ahead::{self, Next};
use crate::ops::conv::tile::{Tile, Walk};

/// What is computed.
#[derive(Clone, Copy)]
pub struct Convolution<'a> {
    /// The tiles.
    pub tiling: Tiling,
    /// The input.
    pub source: Source,
    /// Groups of channels, that of the input and that of the output.
    pub groups: usize,
    /// The depth of the input, of a group.
    pub depth: usize,
    /// Samples.
    pub samples: usize,
    /// Height and width of the output, before a pool.
    pub output: [usize; 2],
    /// Blocks of output channels of a group.
    pub blocks: usize,
    /// Transformed filters.
    pub filters: &'a [f32],
    /// The sink wants 2x2 positions at a time; an odd last row or column is not computed.
    pub pool: bool,
}

impl Convolution<'_> {
    /// Computes all sums.
    ///
    /// # Panics
    /// If the filters are too few.
    ///
    /// # Safety
    /// The input can be read, its border reaches as far as the first taps do, nobody writes there meanwhile, and the sink can
    /// take every segment.
    pub unsafe fn run<K: Sink>(&self, sink: &K, run: &mut Run<'_>) {
        let size = self.tiling.size;
        let output = if self.pool { self.output.map(|n| n / 2 * 2) } else { self.output };
        let grid = Grid::new(self.samples, output, size);
        let from = self.depth.div_ceil(LANES);
        let points = self.tiling.points();
        assert!(
            self.filters.len() >= self.groups * self.blocks * points * filters::step(from),
            "the filters are the layer's"
        );
        let (groups, to) = (self.groups, self.blocks);
        let sizes = Sizes { points, tiles: grid.tiles, groups, from, to, threads: workers() };
        let blocks = dispatch(sizes);
        let inputs = if blocks.shared { groups } else { seats() };
        let memory = run.scratch(inputs * blocks.input + seats() * blocks.points);
        dispatch(All { conv: self, sink, output, grid, from, points, blocks, memory, inputs });
    }
}

/// The convolution on one instruction set.
struct All<'a, K> {
    conv: &'a Convolution<'a>,
    sink: &'a K,
    output: [usize; 2],
    grid: Grid,
    /// Blocks of input channels of a group.
    from: usize,
    /// Points of a tile.
    points: usize,
    blocks: Blocks,
    /// The transformed inputs, so many of them, and the points for each seat.
    memory: Shared,
    inputs: usize,
}

impl<K: Sink> Kernel for All<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let all = &self;
        let Self { conv, grid, blocks, from, points, .. } = all;
        // Where tiles are few, most of the work is to read the filters.
        let work = (2 * grid.tiles + MOVE) * points * conv.groups * conv.depth * conv.blocks * LANES;
        let moves = MOVE * points * grid.tiles * conv.groups * from * LANES;
        let tiles = |block: usize| cut(grid.tiles, blocks.count, block)..cut(grid.tiles, blocks.count, block + 1);
        if !blocks.shared {
            // A thread stays with the filters of a group.
            parallel_seated(conv.groups * blocks.count, work + moves, |seat, i| {
                let (group, tiles) = (i / blocks.count, tiles(i % blocks.count));
                s.vectorize(Task { all, group, tiles, seat, inputs: 0..*from, outputs: 0..conv.blocks });
            });
            return;
        }
        let parts = conv.blocks.div_ceil(blocks.together);
        for block in 0..blocks.count {
            parallel(conv.groups * from, moves / blocks.count, |i| {
                let (group, i) = (i / from, i % from);
                s.vectorize(Task { all, group, tiles: tiles(block), seat: 0, inputs: i..i + 1, outputs: 0..0 });
            });
            parallel_seated(conv.groups * parts, work / blocks.count, |seat, i| {
                let (group, part) = (i / parts, i % parts);
                let outputs = part * blocks.together..((part + 1) * blocks.together).min(conv.blocks);
                s.vectorize(Task { all, group, tiles: tiles(block), seat, inputs: 0..0, outputs });
            });
        }
    }
}

/// Some steps of a block of tiles of a group: the transforms of some of its blocks of input channels, the sums of some of
/// its blocks of output channels.
struct Task<'a, K> {
    all: &'a All<'a, K>,
    group: usize,
    tiles: Range<usize>,
    seat: usize,
    inputs: Range<usize>,
    outputs: Range<usize>,
}

/// Points that lie in memory.
#[derive(Clone, Copy)]
struct Points {
    start: *mut f32,
    step: usize,
}

impl<K: Sink> Kernel for Task<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let All { conv, grid, from, blocks, memory, inputs, .. } = self.all;
        let tiles = self.tiles.len();
        let input = if blocks.shared { self.group } else { self.seat };
        // SAFETY: both parts lie in the memory that `Convolution::run` asked for. No other task has this seat; a shared
        // input is written in other blocks by other tasks, and read by others only.
        let (v, m) = unsafe {
            let v = memory.get().add(input * blocks.input);
            (v, memory.get().add(inputs * blocks.input + self.seat * blocks.points))
        };
        let v = Points { start: v, step: step(from * tiles * LANES) };
        let source = &Source { view: conv.source.view.skip(self.group * from), ..conv.source };
        for block in self.inputs.clone() {
            let tiles = self.tiles.clone();
            let to = v.start.wrapping_add(block * tiles.len() * LANES);
            by_tiling!(s, conv.tiling, Input { source, grid, block, tiles, to, step: v.step });
        }
        // A thread takes one block after the other, unless it helps another.
        let next = self.tiles.end;
        let soon = if blocks.shared { 0..0 } else { next..(next + tiles).min(grid.tiles) };
        let tiling = conv.tiling;
        let mut soon = Ahead { source, grid, tiling, blocks: *from, tiles: soon, next: [0; 3] };
        let mut first = self.outputs.start;
        while first < self.outputs.end {
            let together = blocks.together.min(self.outputs.end - first);
            let m = Points { start: m, step: step(together * tiles * LANES) };
            self.products(s, v, m, first..first + together, &mut soon);
            for block in 0..together {
                let from = Points { start: m.start.wrapping_add(block * tiles * LANES), ..m };
                self.sums(s, from, self.group * conv.blocks + first + block);
            }
            first += together;
        }
    }
}

impl<K: Sink> Task<'_, K> {
    /// The points of the outputs, for some blocks of output channels of the group.
    #[inline(always)]
    fn products<S: Simd>(&self, s: S, v: Points, m: Points, outputs: Range<usize>, soon: &mut Ahead<'_>) {
        let All { conv, from, points, .. } = self.all;
        let tiles = self.tiles.len();
        let filters = filters::step(*from);
        let walk = Walk {
            blocks: *from,
            block_step: tiles * LANES,
            rows: 1,
            row_step: 0,
            columns: 1,
            column_step: 0,
            lanes: LANES,
            last_lanes: conv.depth - (from - 1) * LANES,
            pixel_step: LANES,
            stream: points * filters,
        };
        let weights = |point: usize, block: usize| {
            let block = self.group * conv.blocks + block % conv.blocks;
            conv.filters.as_ptr().wrapping_add((block * points + point) * filters)
        };
        for point in 0..*points {
            let x = v.start.wrapping_add(point * v.step);
            let sums = m.start.wrapping_add(point * m.step);
            for block in outputs.clone().step_by(S::TILE_BLOCKS) {
                let next = match block + S::TILE_BLOCKS {
                    next if next < outputs.end => weights(point, next),
                    _ if point + 1 < *points => weights(point + 1, outputs.start),
                    _ => weights(0, outputs.end),
                };
                let (w, count) = (weights(point, block), S::TILE_BLOCKS.min(outputs.end - block));
                let sums = sums.wrapping_add((block - outputs.start) * tiles * LANES);
                let ahead = sweep_ahead::Ahead::NOTHING;
                let mut run = Tile {
                    walk: &walk,
                    x: Places::line(x, LANES),
                    w,
                    taps: &[],
                    finish: None,
                    sums,
                    sums_step: tiles * LANES,
                    ahead,
                };
                let mut left = tiles;
                // SAFETY: the tiles of all input blocks are there, so are the filters, and there is room for the points.
                unsafe {
                    while left > 0 {
                        let at = if left == tiles { next } else { soon.lines() };
                        if at.is_null() {
                            run.ahead.next = Next::NONE;
                            run.product(s, count, left);
                            break;
                        }
                        // A line for each channel.
                        run.ahead.next = Next { at, step: LANES };
                        let len = left.div_ceil(left.div_ceil(S::TILE_PIXELS));
                        run.product(s, count, len);
                        left -= len;
                    }
                }
            }
        }
    }

    /// Transforms the points of one block of output channels into sums, and gives them to the sink.
    #[inline(always)]
    fn sums<S: Simd>(&self, s: S, m: Points, block: usize) {
        let All { conv, sink, grid, .. } = self.all;
        let mut memory = MaybeUninit::<Rows>::uninit();
        let rows = memory.as_mut_ptr().cast::<f32>();
        let mut tile = self.tiles.start;
        while tile < self.tiles.end {
            let run = grid.row(tile, self.tiles.end, COLUMNS / conv.tiling.size);
            let from = m.start.wrapping_add((tile - self.tiles.start) * LANES).cast_const();
            by_tiling!(s, conv.tiling, Output { from, step: m.step, tiles: run.len, to: rows });
            // SAFETY: the segments lie in the output, and belong to this task.
            unsafe {
                if run.row + run.column == 0 {
                    sink.border(run.sample, block);
                }
                self.give(s, run, block, rows);
            }
            tile += run.len;
        }
    }

    /// Hands sums to the sink.
    #[inline(always)]
    unsafe fn give<S: Simd>(&self, s: S, run: Neighbours, block: usize, sums: *const f32) {
        let All { conv, sink, output, .. } = self.all;
        let size = conv.tiling.size;
        let (row, column) = (run.row * size, run.column * size);
        let (rows, len) = (size.min(output[0] - row), (run.len * size).min(output[1] - column));
        let line = |i: usize| sums.wrapping_add(i * COLUMNS * LANES);
        // SAFETY: the caller's promise.
        unsafe {
            if conv.pool {
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
