//! What the next piece of the positions reads, asked for while the products of this one are computed: these leave memory
//! idle.

use std::ptr;

use super::reduce::Lines;
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;

/// Most blocks of a task, of both operands.
const MOST: usize = 12;

/// Cache lines of some blocks, some of which are asked for at a time.
#[derive(Clone, Copy)]
pub struct Ahead {
    blocks: [Block; MOST],
    count: usize,
    /// Lines of all blocks.
    lines: usize,
    /// Lines to ask for at a time.
    each: usize,
    /// The block, the row and the line that come next.
    next: [usize; 3],
}

/// Rows of a block.
#[derive(Clone, Copy)]
struct Block {
    /// Where the first begins.
    start: *const f32,
    rows: usize,
    /// Lines of a row.
    lines: usize,
    /// From a row to the next, in floats.
    step: usize,
}

impl Ahead {
    /// Nothing.
    pub const NOTHING: Self = Self {
        blocks: [Block { start: ptr::null(), rows: 0, lines: 0, step: 0 }; MOST],
        count: 0,
        lines: 0,
        each: 0,
        next: [0; 3],
    };

    /// Adds what some lines read of the input, as far as the rows before them have not, and of the gradient. Blocks that are there
    /// are not added again.
    #[inline(always)]
    pub fn add(&mut self, lines: &Lines, blocks: usize, skip: usize) {
        let x = lines.x.wrapping_add(skip);
        self.block(x, lines, lines.x_step, lines.x_row);
        for block in 0..blocks {
            let d = lines.d.wrapping_add(block * lines.d_block);
            self.block(d, lines, lines.d_step, lines.d_row);
        }
    }

    #[inline(always)]
    fn block(&mut self, start: *const f32, lines: &Lines, position: usize, step: usize) {
        let known = self.blocks[..self.count].iter().any(|block| block.start == start);
        if known || self.count == MOST {
            return;
        }
        let (mut rows, mut len) = (lines.rows, lines.len * position);
        if len == step {
            (rows, len) = (1, rows * len);
        }
        let lines = len.div_ceil(LANES);
        self.blocks[self.count] = Block { start, rows, lines, step };
        self.count += 1;
        self.lines += rows * lines;
    }

    /// Everything is asked for in so many times.
    #[inline(always)]
    pub fn divide(&mut self, times: usize) {
        self.each = self.lines.div_ceil(times);
    }

    /// Asks for the next lines.
    #[inline(always)]
    pub fn ask<S: Simd>(&mut self, s: S) {
        let [block, row, line] = &mut self.next;
        let mut left = self.each;
        while left > 0 && *block < self.count {
            let Block { start, rows, lines, step } = self.blocks[*block];
            let some = left.min(lines - *line);
            let first = start.wrapping_add(*row * step + *line * LANES);
            for i in 0..some {
                s.prefetch_far(first.wrapping_add(i * LANES));
            }
            left -= some;
            *line += some;
            if *line == lines {
                (*row, *line) = (*row + 1, 0);
            }
            if *row == rows {
                (*block, *row) = (*block + 1, 0);
            }
        }
    }
}
