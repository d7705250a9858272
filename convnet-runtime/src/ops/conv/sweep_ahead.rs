//! What is asked for during products, since memory takes long: the lines that their sums will go to, the input of the next
//! run of positions, and weights.

use std::ptr;

use super::places::Places;
use super::tile::Walk;
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;

/// Lines of memory, one for each position of a run.
#[derive(Clone, Copy)]
pub struct Lines {
    /// That of the first position; null: there are none.
    pub first: *const f32,
    /// From a position to the next in its row, in floats.
    pub step: usize,
    /// From a row of positions to the next.
    pub row: usize,
}

impl Lines {
    /// No lines.
    pub const NONE: Self = Self { first: ptr::null(), step: 0, row: 0 };
}

/// What to ask for while a run of positions is computed, a part with each of them.
#[derive(Clone, Copy)]
pub struct Ahead {
    /// What the sink touches for up to two blocks.
    pub lines: [[Places; 2]; 2],
    /// The first taps of the next run.
    pub input: Places,
    /// Blocks of it; 0: there is none.
    pub blocks: usize,
    /// Rows of each.
    pub rows: usize,
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
        Self { lines: [[Places::NONE; 2]; 2], input: Places::NONE, blocks: 0, rows: 0, next: Next::NONE };

    /// Asks for what belongs to the next positions.
    #[inline(always)]
    pub fn ask<S: Simd>(&mut self, s: S, walk: &Walk, positions: usize) {
        for lines in self.lines.as_flattened_mut() {
            if lines.at.is_null() {
                continue;
            }
            if let Some(at) = lines.together(positions) {
                for p in 0..positions {
                    s.prefetch(at.wrapping_add(p * lines.step));
                }
            } else {
                for _ in 0..positions {
                    s.prefetch(lines.next());
                }
            }
        }
        if self.blocks == 0 {
            return;
        }
        // Every line, or those of the first taps where windows of one tap leave some out.
        let all = walk.columns * walk.lanes > LANES;
        let mut left = positions;
        while left > 0 {
            let (at, count) = self.input.some(left);
            let (step, lines) =
                if all { (LANES, (count * walk.pixel_step).div_ceil(LANES)) } else { (walk.pixel_step, count) };
            for block in 0..self.blocks {
                for row in 0..self.rows {
                    let line = at.wrapping_add(block * walk.block_step).wrapping_offset(row as isize * walk.row_step);
                    for i in 0..lines {
                        s.prefetch_far(line.wrapping_add(i * step));
                    }
                }
            }
            left -= count;
        }
    }
}
