//! One task of a sweep.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::narrow;
use super::sweep::{Segment, Sink};
use super::sweep_plan::{Line, Plan, RUN};
use super::tile::Tile;
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};

/// From a block's sums to the next.
const STEP: usize = RUN * LANES;
/// Floats of the sums of a tile's blocks.
const SUMS: usize = 2 * STEP;

/// The `i`-th task.
pub struct Task<'a, K> {
    /// How the sweep is cut.
    pub plan: &'a Plan<'a>,
    /// Takes the sums.
    pub sink: &'a K,
    /// The task.
    pub i: usize,
}

/// Room for the sums of a run.
#[repr(C, align(64))]
struct Sums([f32; SUMS]);

impl<K: Sink> Kernel for Task<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (plan, sweep) = (self.plan, self.plan.sweep);
        let (sample, group, strip) = plan.task(self.i);
        let blocks = plan.group(group);
        // SAFETY: whoever called `Sweep::run` promises that all tiles can be read and taken; each task has its own.
        unsafe {
            if strip == 0 {
                self.borders(sample, blocks.clone());
            }
            let mut condensed = MaybeUninit::<narrow::Weights>::uninit();
            if let Some(width) = plan.narrow {
                let w = sweep.w.wrapping_add(blocks.start * plan.walk.stream);
                narrow::condense(s, &plan.walk, width, w, condensed.as_mut_ptr());
            }
            let mut tiles = plan.strip(strip);
            while !tiles.is_empty() {
                let (line, positions, next) = plan.run(&tiles);
                let mut first = blocks.start;
                while first < blocks.end {
                    // Blocks go together where they meet the same input.
                    let most = plan.blocks.min(blocks.end - first);
                    let same = (first + 1..first + most).all(|block| sweep.from(block) == sweep.from(first));
                    let some = first..first + if same { most } else { 1 };
                    first = some.end;
                    self.positions(s, sample, some, line, positions.clone(), condensed.as_ptr());
                }
                tiles.start = next;
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

    /// Positions of one line, for the blocks of a tile.
    #[inline(always)]
    unsafe fn positions<S: Simd>(
        &self,
        s: S,
        sample: usize,
        blocks: Range<usize>,
        line: usize,
        positions: Range<usize>,
        condensed: *const narrow::Weights,
    ) {
        let (plan, sweep, walk) = (self.plan, self.plan.sweep, &self.plan.walk);
        let pairs = if sweep.pool { 2 } else { 1 };
        let x = sweep.x.wrapping_add(sample * sweep.x_sample + sweep.from(blocks.start) * walk.block_step);
        let x = x.wrapping_add(pairs * (line * sweep.x_row + positions.start * walk.pixel_step));
        let w = sweep.w.wrapping_add(blocks.start * walk.stream);
        // For two rows.
        let mut memory = MaybeUninit::<[Sums; 2]>::uninit();
        let sums = memory.as_mut_ptr().cast::<f32>();
        for row in 0..pairs {
            let tile = Tile {
                walk,
                x: x.wrapping_add(row * sweep.x_row),
                w,
                sums: sums.wrapping_add(row * SUMS),
                sums_step: STEP,
            };
            let len = pairs * positions.len();
            // SAFETY: see `run`; there is room for the sums, and for the weights of groups of few channels.
            unsafe {
                if sweep.depthwise {
                    tile.depthwise(s, len);
                } else if let Some(width) = plan.narrow {
                    narrow::product(s, Tile { w: condensed.cast(), ..tile }, width, len);
                } else {
                    tile.product(s, blocks.len(), len);
                }
            }
        }
        // SAFETY: see `run`; the sums are there.
        unsafe {
            if sweep.pool {
                for (o, block) in blocks.enumerate() {
                    let at = Segment { sample, block, row: line, column: positions.start, len: positions.len() };
                    let top = sums.add(o * STEP);
                    self.sink.take_pairs(s, at, top, top.add(SUMS));
                }
            } else {
                self.give(s, sample, blocks, line, positions, sums);
            }
        }
    }

    /// Hands sums to the sink, row by row.
    #[inline(always)]
    unsafe fn give<S: Simd>(
        &self,
        s: S,
        sample: usize,
        blocks: Range<usize>,
        line: usize,
        positions: Range<usize>,
        sums: *const f32,
    ) {
        let columns = self.plan.sweep.columns;
        let [mut row, mut column] = match self.plan.line {
            Line::Plane => [positions.start / columns, positions.start % columns],
            Line::Row => [line, positions.start],
            Line::Batch => [0, 0],
        };
        let (mut position, mut done) = (positions.start, 0);
        while position < positions.end {
            let (sample, len) = match self.plan.line {
                Line::Batch => (position, 1),
                _ => (sample, (columns - column).min(positions.end - position)),
            };
            for (o, block) in blocks.clone().enumerate() {
                let at = Segment { sample, block, row, column, len };
                // SAFETY: see `run`; the sums are there.
                unsafe { self.sink.take(s, at, sums.add(o * STEP + done * LANES)) };
            }
            (position, done) = (position + len, done + len);
            if self.plan.line == Line::Plane {
                (row, column) = (row + 1, 0);
            }
        }
    }
}
