//! One task of a sweep.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::narrow;
use super::sweep::{Segment, Sink};
use super::sweep_plan::{Line, PAIRS, Plan};
use super::tile::{PIXELS, STREAMS, SUMS, SUMS_STEP, Tile};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};

/// Tiles of samples whose sums are kept while the weights of some input channels are used for all of them.
const HELD: usize = 8;

/// The `i`-th task.
pub struct Task<'a, K> {
    /// How the sweep is cut.
    pub plan: &'a Plan<'a>,
    /// Takes the sums.
    pub sink: &'a K,
    /// The task.
    pub i: usize,
}

/// Room for the sums of a tile.
#[repr(C, align(64))]
struct Sums([f32; SUMS]);

impl<K: Sink> Kernel for Task<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (plan, sweep) = (self.plan, self.plan.sweep);
        let (sample, group, strip) = plan.task(self.i);
        let tiles = plan.strip(strip);
        let blocks = group * plan.group..((group + 1) * plan.group).min(sweep.blocks);
        // SAFETY: whoever called `Sweep::run` promises that all tiles can be read and taken; each task has its own.
        unsafe {
            if strip == 0 {
                self.borders(sample, blocks.clone());
            }
            if let Some(chunk) = plan.chunk {
                for start in tiles.clone().step_by(HELD) {
                    self.chunks(s, chunk, blocks.clone(), start..(start + HELD).min(tiles.end));
                }
                return;
            }
            let mut first = blocks.start;
            while first < blocks.end {
                // Blocks go together where they meet the same input.
                let mut count = blocks.end - first;
                let same = (first + 1..blocks.end).all(|block| sweep.from(block) == sweep.from(first));
                if !same || plan.blocks == STREAMS && count < STREAMS {
                    count = 1;
                }
                self.tiles(s, sample, first, count, tiles.clone());
                first += count;
            }
        }
    }
}

impl<K: Sink> Task<'_, K> {
    #[inline(always)]
    unsafe fn borders(&self, sample: usize, blocks: Range<usize>) {
        let samples = if self.plan.line == Line::Batch { 0..self.plan.sweep.samples } else { sample..sample + 1 };
        for block in blocks {
            for sample in samples.clone() {
                // SAFETY: the first strip of a sample and block writes its border.
                unsafe { self.sink.border(sample, block) };
            }
        }
    }

    /// Tiles, one after the other.
    #[inline(always)]
    unsafe fn tiles<S: Simd>(&self, s: S, sample: usize, first: usize, blocks: usize, tiles: Range<usize>) {
        let (plan, sweep, walk) = (self.plan, self.plan.sweep, &self.plan.walk);
        let x = sweep.x.wrapping_add(sample * sweep.x_sample + sweep.from(first) * walk.block_step);
        let mut w = sweep.w.wrapping_add(first * walk.stream);
        let mut condensed = MaybeUninit::<narrow::Weights>::uninit();
        if let Some(width) = plan.narrow {
            // SAFETY: the block's weights are there.
            unsafe { narrow::condense(s, walk, width, w, condensed.as_mut_ptr()) };
            w = condensed.as_ptr().cast();
        }
        // For two rows, or for `STREAMS` blocks.
        let mut memory = MaybeUninit::<[Sums; 2]>::uninit();
        let sums = memory.as_mut_ptr().cast::<f32>();
        // SAFETY: see `run`; there is room for the sums.
        unsafe {
            for tile in tiles {
                let (line, position, len) = plan.tile(tile);
                if sweep.pool {
                    let x = x.wrapping_add(2 * line * sweep.x_row + 2 * position * walk.pixel_step);
                    let bottom = sums.add(SUMS);
                    self.sums(s, Tile { walk, x, w, sums, sums_step: SUMS_STEP, resume: false }, blocks, 2 * len);
                    let x = x.wrapping_add(sweep.x_row);
                    self.sums(
                        s,
                        Tile { walk, x, w, sums: bottom, sums_step: SUMS_STEP, resume: false },
                        blocks,
                        2 * len,
                    );
                    for o in 0..blocks {
                        let at = Segment { sample, block: first + o, row: line, column: position, len };
                        let top = o * PIXELS * LANES;
                        self.sink.take_pairs(s, at, sums.add(top), bottom.add(top));
                    }
                } else {
                    let x = x.wrapping_add(line * sweep.x_row + position * walk.pixel_step);
                    self.sums(s, Tile { walk, x, w, sums, sums_step: SUMS_STEP, resume: false }, blocks, len);
                    self.give(s, sample, first, blocks, tile, sums);
                }
            }
        }
    }

    /// Tiles of samples, summed over a few input channels at a time.
    #[inline(always)]
    unsafe fn chunks<S: Simd>(&self, s: S, chunk: usize, blocks: Range<usize>, tiles: Range<usize>) {
        let (plan, sweep, walk) = (self.plan, self.plan.sweep, &self.plan.walk);
        let mut memory = MaybeUninit::<[[Sums; HELD]; PAIRS]>::uninit();
        let sums = memory.as_mut_ptr().cast::<f32>();
        let place = |pair: usize, tile: usize| sums.wrapping_add((pair * HELD + tile - tiles.start) * SUMS);
        let pairs = || {
            blocks.clone().step_by(plan.blocks).map(|first| (first, plan.blocks.min(blocks.end - first))).enumerate()
        };
        // SAFETY: see `run`; there is room for the sums.
        unsafe {
            for from in (0..walk.blocks).step_by(chunk) {
                let part = walk.part(from, (from + chunk).min(walk.blocks));
                let x = sweep.x.wrapping_add(from * walk.block_step);
                for (pair, (first, count)) in pairs() {
                    let w = sweep.w.wrapping_add(first * walk.stream + from * walk.weights());
                    for tile in tiles.clone() {
                        let (_, position, len) = plan.tile(tile);
                        let x = x.wrapping_add(position * walk.pixel_step);
                        let tile =
                            Tile { walk: &part, x, w, sums: place(pair, tile), sums_step: SUMS_STEP, resume: from > 0 };
                        self.sums(s, tile, count, len);
                    }
                }
            }
            for (pair, (first, count)) in pairs() {
                for tile in tiles.clone() {
                    self.give(s, 0, first, count, tile, place(pair, tile));
                }
            }
        }
    }

    /// The sums of a tile.
    #[inline(always)]
    unsafe fn sums<S: Simd>(&self, s: S, tile: Tile<'_>, blocks: usize, pixels: usize) {
        // SAFETY: see `run`.
        unsafe {
            if self.plan.sweep.depthwise {
                tile.depthwise(s, pixels);
            } else if let Some(width) = self.plan.narrow {
                narrow::product(s, tile, width, pixels);
            } else if self.plan.blocks == STREAMS {
                tile.single(s, blocks);
            } else {
                tile.product(s, blocks, pixels);
            }
        }
    }

    /// Hands the sums of a tile to the sink, row by row.
    #[inline(always)]
    unsafe fn give<S: Simd>(&self, s: S, sample: usize, first: usize, blocks: usize, tile: usize, sums: *const f32) {
        let (line, start, len) = self.plan.tile(tile);
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
