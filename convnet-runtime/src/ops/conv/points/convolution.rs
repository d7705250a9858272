//! A whole convolution.

use std::ops::Range;

use super::blocks::{Blocks, Sizes, step};
use super::{Ahead, Points, Tiles, filters_step};
use crate::cpu::map::LANES;
use crate::cpu::run::Run;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, Shared, cut, parallel, parallel_seated, seats, workers};
use crate::ops::conv::places::Places;
use crate::ops::conv::sweep::Sink;
use crate::ops::conv::sweep_ahead::{self, Next};
use crate::ops::conv::tile::{Tile, Walk};

/// What is computed.
#[derive(Clone, Copy)]
pub struct Convolution<'a, T> {
    /// The tiles of all groups.
    pub tiles: T,
    /// Groups of channels, that of the input and that of the output.
    pub groups: usize,
    /// Channels of the tiles' input, of a group.
    pub depth: usize,
    /// Blocks of output channels of the tiles, of a group.
    pub blocks: usize,
    /// The filters at the points.
    pub filters: &'a [f32],
}

impl<T: Tiles> Convolution<'_, T> {
    /// Computes all sums.
    ///
    /// # Panics
    /// If the filters are too few.
    ///
    /// # Safety
    /// The tiles can be read, nobody writes there meanwhile, and the sink can take every segment.
    pub unsafe fn run<K: Sink>(&self, sink: &K, run: &mut Run<'_>) {
        let (tiles, points) = (self.tiles.count(), self.tiles.points());
        let from = self.depth.div_ceil(LANES);
        assert!(
            self.filters.len() >= self.groups * self.blocks * points * filters_step(from),
            "the filters are the layer's"
        );
        let (groups, to) = (self.groups, self.blocks);
        let blocks = dispatch(Sizes { points, tiles, groups, from, to, threads: workers() });
        let inputs = if blocks.shared { groups } else { seats() };
        let memory = run.scratch(inputs * blocks.input + seats() * blocks.points);
        dispatch(All { conv: self, sink, count: tiles, from, points, blocks, memory, inputs });
    }
}

/// The convolution on one instruction set.
struct All<'a, T, K> {
    conv: &'a Convolution<'a, T>,
    sink: &'a K,
    /// Tiles.
    count: usize,
    /// Blocks of input channels of a group.
    from: usize,
    /// Points of a tile.
    points: usize,
    blocks: Blocks,
    /// The transformed inputs, so many of them, and the points for each seat.
    memory: Shared,
    inputs: usize,
}

impl<T: Tiles, K: Sink> Kernel for All<'_, T, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let all = &self;
        let Self { conv, count, blocks, from, points, .. } = all;
        // Where tiles are few, most of the work is to read the filters.
        let work = (2 * count + MOVE) * points * conv.groups * conv.depth * conv.blocks * LANES;
        let moves = MOVE * points * count * conv.groups * from * LANES;
        let tiles = |block: usize| cut(*count, blocks.count, block)..cut(*count, blocks.count, block + 1);
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
struct Task<'a, T, K> {
    all: &'a All<'a, T, K>,
    group: usize,
    tiles: Range<usize>,
    seat: usize,
    inputs: Range<usize>,
    outputs: Range<usize>,
}

impl<T: Tiles, K: Sink> Kernel for Task<'_, T, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let All { conv, sink, count, from, blocks, memory, inputs, .. } = self.all;
        let tiles = self.tiles.len();
        let input = if blocks.shared { self.group } else { self.seat };
        // SAFETY: both parts lie in the memory that `Convolution::run` asked for. No other task has this seat; a shared
        // input is written in other blocks by other tasks, and read by others only.
        let (v, m) = unsafe {
            let v = memory.get().add(input * blocks.input);
            (v, memory.get().add(inputs * blocks.input + self.seat * blocks.points))
        };
        let v = Points { start: v, step: step(from * tiles * LANES) };
        let first_input = self.group * from;
        for block in self.inputs.clone() {
            let to = Points { start: v.start.wrapping_add(block * tiles * LANES), ..v };
            // SAFETY: whoever called `Convolution::run` promises it; there is room for the points of all blocks.
            unsafe { conv.tiles.input(s, first_input + block, self.tiles.clone(), to) };
        }
        // A thread takes one block after the other, unless it helps another.
        let next = self.tiles.end;
        let soon = if blocks.shared { 0..0 } else { next..(next + tiles).min(*count) };
        let mut soon = conv.tiles.ahead(first_input..first_input + from, soon);
        let mut first = self.outputs.start;
        while first < self.outputs.end {
            let together = blocks.together.min(self.outputs.end - first);
            let m = Points { start: m, step: step(together * tiles * LANES) };
            self.products(s, v, m, first..first + together, &mut soon);
            for block in 0..together {
                let from = Points { start: m.start.wrapping_add(block * tiles * LANES), ..m };
                let block = self.group * conv.blocks + first + block;
                // SAFETY: the points are there; the segments belong to this task.
                unsafe { conv.tiles.sums(s, from, self.tiles.clone(), block, *sink) };
            }
            first += together;
        }
    }
}

impl<T: Tiles, K: Sink> Task<'_, T, K> {
    /// The points of the outputs, for some blocks of output channels of the group.
    #[inline(always)]
    fn products<S: Simd>(&self, s: S, v: Points, m: Points, outputs: Range<usize>, soon: &mut T::Ahead) {
        let All { conv, from, points, .. } = self.all;
        let tiles = self.tiles.len();
        let filters = filters_step(*from);
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
                        // A line for each channel.
                        run.ahead.next = if left == tiles { Next { at: next, step: LANES } } else { soon.lines() };
                        if run.ahead.next.at.is_null() {
                            run.product(s, count, left);
                            break;
                        }
                        let len = left.div_ceil(left.div_ceil(S::TILE_PIXELS));
                        run.product(s, count, len);
                        left -= len;
                    }
                }
            }
        }
    }
}
