//! What is asked for during products, since memory takes long: the lines that their sums will go to, the input of the next
//! run of positions, and weights.

use std::ptr;

use super::tile::Walk;
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;

/// Lines of memory, one for each position of a segment.
#[derive(Clone, Copy)]
pub struct Lines {
    /// That of the first position; null: there are none.
    pub first: *const f32,
    /// From a position to the next, in floats.
    pub step: usize,
}

impl Lines {
    /// No lines.
    pub const NONE: Self = Self { first: ptr::null(), step: 0 };
}

/// What to ask for while a run of positions is computed, a part with each of them.
#[derive(Clone, Copy)]
pub struct Ahead {
    /// What the sink touches for up to two blocks.
    pub lines: [[Lines; 2]; 2],
    /// The first tap of the next run.
    pub input: *const f32,
    /// Blocks of it; 0: there is none.
    pub blocks: usize,
    /// Rows of each.
    pub rows: usize,
    /// Positions of this run that have asked for theirs.
    pub done: usize,
    /// Weights, or whatever else comes next.
    pub next: Next,
}

/// Floats that are asked for evenly during products, so many with each lane of a tile's walk.
#[derive(Clone, Copy)]
pub struct Next {
    /// The next one; null: there are none.
    pub at: *const f32,
    /// How many at a time.
    pub step: usize,
}

impl Next {
    /// Nothing.
    pub const NONE: Self = Self { at: ptr::null(), step: 0 };
}

impl Ahead {
    /// Nothing.
    pub const NOTHING: Self =
        Self { lines: [[Lines::NONE; 2]; 2], input: ptr::null(), blocks: 0, rows: 0, done: 0, next: Next::NONE };

    /// Asks for what belongs to the next positions.
    #[inline(always)]
    pub fn ask<S: Simd>(&mut self, s: S, walk: &Walk, positions: usize) {
        let first = self.done;
        self.done += positions;
        for lines in self.lines.as_flattened() {
            if !lines.first.is_null() {
                for p in 0..positions {
                    s.prefetch(lines.first.wrapping_add((first + p) * lines.step));
                }
            }
        }
        let input = self.input.wrapping_add(first * walk.pixel_step);
        for block in 0..self.blocks {
            for row in 0..self.rows {
                let line = input.wrapping_add(block * walk.block_step).wrapping_offset(row as isize * walk.row_step);
                for i in 0..(positions * walk.pixel_step).div_ceil(LANES) {
                    s.prefetch_far(line.wrapping_add(i * LANES));
                }
            }
        }
    }
}
