//! One task of a sweep.

use std::cell::Cell;
use std::mem::MaybeUninit;
use std::ops::Range;

use super::narrow;
use super::places::Places;
use super::sweep::{Segment, Sink};
use super::sweep_ahead::{Ahead, Next};
use super::sweep_plan::{Line, Plan, RUN};
use super::tile::Tile;
use crate::cpu::map::LANES;
use crate::cpu::memory::Floats;
use crate::cpu::simd::{Kernel, Simd};
use crate::cpu::threads::cut;

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
            let mut w = sweep.w.wrapping_add(blocks.start * plan.walk.stream);
            let mut condensed = MaybeUninit::<narrow::Weights>::uninit();
            if let Some(width) = plan.narrow {
                narrow::condense(s, &plan.walk, width, w, condensed.as_mut_ptr());
                w = condensed.as_ptr().cast();
            }
            let mut turned = Floats::new();
            if let Some(turn) = &sweep.turn {
                turned = TURNED.take();
                turned.grow(blocks.len() * turn.len());
                for (i, block) in blocks.clone().enumerate() {
                    turn.block(s, block, 0..plan.walk.blocks, turned[i * turn.len()..].as_mut_ptr());
                }
                w = turned.as_ptr();
            }
            self.strip(s, sample, &blocks, strip, w);
            if sweep.turn.is_some() {
                TURNED.set(turned);
            }
        }
    }
}

thread_local! {
    /// A task's transposed weights.
    static TURNED: Cell<Floats> = const { Cell::new(Floats::new()) };
}

impl<K: Sink> Task<'_, K> {
    /// A strip, with the weights of its blocks.
    #[inline(always)]
    unsafe fn strip<S: Simd>(&self, s: S, sample: usize, blocks: &Range<usize>, strip: usize, w: *const f32) {
        let (plan, sweep) = (self.plan, self.plan.sweep);
        let mut tiles = plan.strip(strip);
        let mut first_run = true;
        while !tiles.is_empty() {
            let (line, positions, next) = plan.run(&tiles);
            tiles.start = next;
            let soon = (!tiles.is_empty() && plan.asks[0]).then(|| {
                let (line, positions, _) = plan.run(&tiles);
                self.input(sample, line, positions.start)
            });
            let mut first = blocks.start;
            while first < blocks.end {
                // Blocks go together where they meet the same input.
                let most = plan.blocks.min(blocks.end - first);
                let same = (first + 1..first + most).all(|block| sweep.from(block) == sweep.from(first));
                let some = first..first + if same { most } else { 1 };
                first = some.end;
                let mut ahead = soon.map_or(Ahead::NOTHING, |soon| self.soon(soon, &some, blocks));
                if plan.asks[2] && (first_run || (soon.is_none() && first == blocks.end)) {
                    ahead.next = self.weights::<S>(&some, blocks, positions.len());
                }
                let w = w.wrapping_add((some.start - blocks.start) * plan.walk.stream);
                // SAFETY: the caller's promise.
                unsafe { self.positions(s, sample, some, (line, positions.clone()), ahead, w) };
            }
            first_run = false;
        }
    }

    /// The weights of the blocks behind some, or of the next task's, which are asked for while so many positions meet
    /// those.
    #[inline(always)]
    fn weights<S: Simd>(&self, some: &Range<usize>, all: &Range<usize>, positions: usize) -> Next {
        let (plan, sweep, walk) = (self.plan, self.plan.sweep, &self.plan.walk);
        let first = if some.end < all.end {
            some.end
        } else if self.i + 1 < plan.tasks() {
            plan.group(plan.task(self.i + 1).1).start
        } else {
            return Next::NONE;
        };
        if all.contains(&first) && some.end == all.end {
            return Next::NONE;
        }
        let tiles = positions.div_ceil(S::TILE_PIXELS);
        let lanes = walk.blocks * walk.rows * walk.columns * walk.lanes;
        let step = (some.len() * walk.stream).div_ceil(tiles * lanes);
        Next { at: sweep.w.wrapping_add(first * walk.stream), step }
    }

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

    /// The first taps of the positions from one on, in block 0.
    #[inline(always)]
    fn input(&self, sample: usize, line: usize, position: usize) -> Places {
        let (sweep, walk) = (self.plan.sweep, &self.plan.walk);
        let x = sweep.x.wrapping_add(sample * sweep.x_sample);
        if self.plan.line == Line::Plane {
            let (row, column) = (position / sweep.columns, position % sweep.columns);
            let x = x.wrapping_add(row * sweep.x_row + column * walk.pixel_step);
            return Places::rows(x, walk.pixel_step, [column, sweep.columns], sweep.x_row);
        }
        let pairs = if sweep.pool { 2 } else { 1 };
        Places::line(x.wrapping_add(pairs * (line * sweep.x_row + position * walk.pixel_step)), walk.pixel_step)
    }

    /// Row and column of a position; the batch's samples are all at the first one.
    #[inline(always)]
    fn place(&self, line: usize, position: usize) -> [usize; 2] {
        let columns = self.plan.sweep.columns;
        match self.plan.line {
            Line::Plane => [position / columns, position % columns],
            Line::Row => [line, position],
            Line::Batch => [0, 0],
        }
    }

    /// The part of the next run's input that is asked for with some of the blocks.
    #[inline(always)]
    fn soon(&self, mut input: Places, some: &Range<usize>, all: &Range<usize>) -> Ahead {
        let (sweep, walk) = (self.plan.sweep, &self.plan.walk);
        let [start, end] = if sweep.span.is_some() {
            [0, walk.blocks]
        } else {
            [some.start, some.end].map(|block| cut(walk.blocks, all.len(), block - all.start))
        };
        // The line before has read the other rows.
        let rows = (sweep.x_row / walk.row_step.unsigned_abs().max(1)).max(1).min(walk.rows);
        let at = input.at.wrapping_add((sweep.from(some.start) + start) * walk.block_step);
        input.at = at.wrapping_offset((walk.rows - rows) as isize * walk.row_step);
        Ahead { input, blocks: end - start, rows, ..Ahead::NOTHING }
    }

    /// Positions of one line, for the blocks of a tile.
    #[inline(always)]
    unsafe fn positions<S: Simd>(
        &self,
        s: S,
        sample: usize,
        blocks: Range<usize>,
        (line, positions): (usize, Range<usize>),
        mut ahead: Ahead,
        w: *const f32,
    ) {
        let (plan, sweep, walk) = (self.plan, self.plan.sweep, &self.plan.walk);
        let pairs = if sweep.pool { 2 } else { 1 };
        let mut x = self.input(sample, line, positions.start);
        x.at = x.at.wrapping_add(sweep.from(blocks.start) * walk.block_step);
        let [row, column] = self.place(line, positions.start);
        let finish = if plan.line == Line::Plane && plan.narrow.is_none() {
            let at = Segment { sample, block: blocks.start, row, column, len: positions.len() };
            self.sink.finish(at, blocks.len())
        } else {
            None
        };
        if plan.asks[1] && finish.is_none() {
            for (lines, block) in ahead.lines.iter_mut().zip(blocks.clone()) {
                let at = Segment { sample, block, row, column, len: positions.len() };
                *lines = self.sink.lines(at).map(|lines| match plan.line {
                    _ if lines.first.is_null() => Places::NONE,
                    Line::Plane => Places::rows(lines.first, lines.step, [column, sweep.columns], lines.row),
                    _ => Places::line(lines.first, lines.step),
                });
            }
        }
        // For two rows.
        let mut memory = MaybeUninit::<[Sums; 2]>::uninit();
        let sums = memory.as_mut_ptr().cast::<f32>();
        for row in 0..pairs {
            let mut tile = Tile {
                walk,
                x,
                w,
                taps: plan.taps(),
                finish,
                sums: sums.wrapping_add(row * SUMS),
                sums_step: STEP,
                ahead,
            };
            x.at = x.at.wrapping_add(sweep.x_row);
            (ahead.input.at, ahead.next) = (ahead.input.at.wrapping_add(sweep.x_row), Next::NONE);
            let len = pairs * positions.len();
            // SAFETY: see `run`; there is room for the sums, and for the weights of groups of few channels.
            unsafe {
                if let Some(width) = plan.narrow {
                    narrow::product(s, &mut tile, width, len);
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
            } else if finish.is_none() {
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
        let [mut row, mut column] = self.place(line, positions.start);
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
