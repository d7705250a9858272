//! The sums of a task of the weights' gradient: its rows of weights over its part of the positions, tile by tile.

use super::reduce::{Lines, ROWS, Reduce};
use super::span::Span;
use super::weight_ahead::Ahead;
use super::weight_task::{Rows, SCATTERED, Task};
use super::{Algorithm, weight_groups};
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;
use crate::cpu::threads::cut;

impl Task<'_> {
    /// Where the sums of some rows begin; those of the next block of filters lie a stream further.
    #[inline(always)]
    fn start(&self, rows: &Rows) -> usize {
        self.part * self.pass.len + (rows.first * rows.stream + rows.start) * LANES
    }

    /// The sums of the gradient for the bias, if it is this task that has the first rows of these filters.
    #[inline(always)]
    fn totals<'a>(&self, rows: &Rows) -> Option<&'a mut [f32]> {
        let filters = self.pass.geometry.output[2].next_multiple_of(LANES);
        let totals = self.pass.totals.filter(|_| rows.start == 0)?;
        // SAFETY: one task of each part has the first rows of a block.
        Some(unsafe { totals.part(self.part * filters + rows.first * LANES, rows.blocks * LANES) })
    }

    /// The sums of one block of filters.
    #[inline(always)]
    fn weights<'a>(&self, rows: &Rows, block: usize) -> &'a mut [f32] {
        let start = self.start(rows) + block * rows.stream * LANES;
        // SAFETY: the tasks have different rows or parts.
        unsafe { self.pass.sums.part(start, (rows.end - rows.start) * LANES) }
    }

    /// Channels of the block of the input that the rows are for.
    #[inline(always)]
    fn channels(&self, rows: &Rows) -> usize {
        let geometry = self.pass.geometry;
        if geometry.algorithm == Algorithm::Blocked {
            (geometry.input[2] - rows.from * LANES).min(LANES)
        } else {
            LANES
        }
    }

    /// Sums over the positions of this task's part.
    #[inline(always)]
    pub fn sum<S: Simd>(&self, s: S, all: &[Rows]) {
        let (pass, geometry) = (self.pass, self.pass.geometry);
        let narrow = if geometry.algorithm == Algorithm::Blocked && geometry.groups > 1 {
            Span::forward(geometry).narrow()
        } else {
            None
        };
        for rows in all {
            if let Some(totals) = self.totals(rows) {
                totals.fill(0.0);
            }
            for block in 0..rows.blocks {
                let weights = self.weights(rows, block);
                match narrow {
                    Some(width) if pass.resume => weight_groups::condense(s, width, weights),
                    // Channels that there are not.
                    None if !pass.resume && self.channels(rows) < LANES => weights.fill(0.0),
                    _ => {}
                }
            }
        }
        let mut offsets = [0; SCATTERED];
        if geometry.algorithm != Algorithm::Blocked {
            for (i, offset) in offsets.iter_mut().enumerate().take(all[0].end - all[0].start) {
                *offset = self.offset(all[0].start + i);
            }
        }
        let mut resume = pass.resume;
        let mut pieces = self.pieces().peekable();
        while let Some(piece) = pieces.next() {
            let mut ahead = pieces.peek().map_or(Ahead::NOTHING, |piece| self.ahead::<S>(all, piece));
            for rows in all {
                let lines = self.lines(rows, &piece);
                let sums = pass.sums.get().wrapping_add(self.start(rows));
                // SAFETY: whoever called `weight_gradient` promises that the windows lie in the input.
                unsafe {
                    if let Some(width) = narrow {
                        self.grouped(s, width, &lines, sums, resume);
                    } else if geometry.algorithm == Algorithm::Blocked {
                        self.consecutive(s, rows, &lines, (sums, resume), &mut ahead);
                    } else {
                        self.scattered(s, rows, &lines, (sums, resume), &offsets, &mut ahead);
                    }
                    if let Some(totals) = self.totals(rows) {
                        lines.totals(s, totals);
                    }
                }
            }
            resume = true;
        }
        if geometry.algorithm != Algorithm::Blocked || geometry.groups == 1 {
            return;
        }
        for rows in all {
            for block in 0..rows.blocks {
                let weights = self.weights(rows, block);
                match narrow {
                    Some(width) => weight_groups::spread(s, width, weights),
                    None => weight_groups::mask(s, geometry, rows.first + block, rows.from, weights),
                }
            }
        }
    }

    /// Rows of a planar or depthwise convolution.
    #[inline(always)]
    unsafe fn scattered<S: Simd>(
        &self,
        s: S,
        rows: &Rows,
        lines: &Lines,
        (sums, resume): (*mut f32, bool),
        offsets: &[usize; SCATTERED],
        ahead: &mut Ahead,
    ) {
        let count = rows.end - rows.start;
        let tiles = count.div_ceil(S::TILE_ROWS);
        for i in 0..tiles {
            let [row, next] = [0, 1].map(|j| cut(count, tiles, i + j));
            let offsets: [usize; ROWS] = std::array::from_fn(|i| offsets[(row + i).min(count - 1)]);
            let tile = Reduce {
                lines,
                offsets,
                rows: next - row,
                sums: sums.wrapping_add(row * LANES),
                stream: rows.stream * LANES,
                resume,
            };
            ahead.ask(s);
            // SAFETY: the caller's promise.
            unsafe {
                if self.pass.geometry.algorithm == Algorithm::Depthwise {
                    tile.depthwise(s);
                } else {
                    tile.scattered(s, rows.blocks);
                }
            }
        }
    }

    /// Rows of a blocked convolution: for each tap, as many as the input's block has channels.
    #[inline(always)]
    unsafe fn consecutive<S: Simd>(
        &self,
        s: S,
        rows: &Rows,
        lines: &Lines,
        (mut sums, resume): (*mut f32, bool),
        ahead: &mut Ahead,
    ) {
        let (geometry, x) = (self.pass.geometry, &self.pass.x);
        let channels = self.channels(rows);
        let tiles = channels.div_ceil(S::TILE_ROWS);
        for y in 0..geometry.kernel[0] {
            for column in 0..geometry.kernel[1] {
                let offset = y * geometry.dilation[0] * x.row + column * geometry.dilation[1] * x.lanes;
                for i in 0..tiles {
                    let [lane, next] = [0, 1].map(|j| cut(channels, tiles, i + j));
                    let tile = Reduce {
                        lines,
                        offsets: [offset + lane; ROWS],
                        rows: next - lane,
                        sums: sums.wrapping_add(lane * LANES),
                        stream: rows.stream * LANES,
                        resume,
                    };
                    ahead.ask(s);
                    // SAFETY: the caller's promise.
                    unsafe { tile.consecutive(s, rows.blocks) };
                }
                sums = sums.wrapping_add(LANES * LANES);
            }
        }
    }

    /// Rows of groups of few channels: for each tap as many as a group has.
    #[inline(always)]
    unsafe fn grouped<S: Simd>(&self, s: S, width: usize, lines: &Lines, sums: *mut f32, resume: bool) {
        let (geometry, x) = (self.pass.geometry, &self.pass.x);
        for tap in 0..geometry.kernel[0] * geometry.kernel[1] {
            let [y, column] = [tap / geometry.kernel[1], tap % geometry.kernel[1]];
            let offset = y * geometry.dilation[0] * x.row + column * geometry.dilation[1] * x.lanes;
            let sums = sums.wrapping_add(tap * LANES * LANES);
            let tile = Reduce { lines, offsets: [offset; ROWS], rows: width, sums, stream: 0, resume };
            // SAFETY: the caller's promise.
            unsafe { tile.grouped(s, width) };
        }
    }
}
