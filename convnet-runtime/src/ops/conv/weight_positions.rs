//! The positions that a task of the weights' gradient sums over: pieces that stay in a near cache, and what is asked for meanwhile.

use super::Algorithm;
use super::reduce::Lines;
use super::weight_ahead::Ahead;
use super::weight_gradient::Pass;
use super::weight_task::{Rows, TAPS, Task};
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;
use crate::cpu::threads::cut;

/// Positions of the input that are used for all rows while they are in the nearest cache.
const SEGMENT: usize = 128;
/// The same of planes, which are small.
const PLANAR: usize = 64;

/// Positions of some rows of a sample.
#[derive(Clone, Copy)]
pub struct Piece {
    sample: usize,
    row: usize,
    column: usize,
    rows: usize,
    len: usize,
}

impl Task<'_> {
    /// Pieces of this task's part of the positions, small enough for a near cache.
    #[inline(always)]
    pub fn pieces(&self) -> impl Iterator<Item = Piece> {
        let (pass, geometry) = (self.pass, self.pass.geometry);
        let [mut line, end] = [0, 1].map(|i| cut(pass.lines, pass.parts, self.part + i));
        let columns = if pass.single { pass.batch } else { geometry.output[1] };
        // A step of the filter passes over positions of the input that other taps use.
        let passed = |i: usize| geometry.stride[i].min(geometry.kernel[i]);
        let segment = match geometry.algorithm {
            Algorithm::Planar => PLANAR,
            _ => SEGMENT / (passed(0) * passed(1)).min(TAPS),
        };
        let segments = columns.div_ceil(segment);
        let mut i = 0;
        std::iter::from_fn(move || {
            if line == end {
                return None;
            }
            let (sample, row) =
                if pass.single { (0, 0) } else { (line / geometry.output[0], line % geometry.output[0]) };
            let rows = if pass.single { 1 } else { (segment / columns).clamp(1, geometry.output[0] - row) };
            let rows = rows.min(end - line);
            let [column, last] = [0, 1].map(|j| cut(columns, segments, i + j));
            i += 1;
            if i == segments {
                (line, i) = (line + rows, 0);
            }
            Some(Piece { sample, row, column, rows, len: last - column })
        })
    }

    /// What to ask for before a piece. Filters with many taps find it soon enough.
    #[inline(always)]
    pub fn ahead<S: Simd>(&self, all: &[Rows], piece: &Piece) -> Ahead {
        let Pass { geometry, x, .. } = self.pass;
        let mut ahead = Ahead::NOTHING;
        let depthwise = geometry.algorithm == Algorithm::Depthwise;
        if self.pass.together() == 1 && !depthwise || self.pass.single {
            return ahead;
        }
        // The rows before have read those of the other taps.
        let skip = (geometry.dilation[0] * (geometry.kernel[0] - 1)).saturating_sub(geometry.stride[0] - 1) * x.row;
        let mut tiles = 0;
        for rows in all {
            let lines = self.lines(rows, piece);
            ahead.add(&lines, rows.blocks, skip);
            tiles += (rows.end - rows.start).div_ceil(S::TILE_ROWS);
        }
        ahead.divide(tiles);
        ahead
    }

    /// Where a row finds its input, if it has its own place.
    #[inline(always)]
    pub fn offset(&self, row: usize) -> usize {
        let (geometry, x) = (self.pass.geometry, &self.pass.x);
        let taps = geometry.kernel[0] * geometry.kernel[1];
        let (plane, tap) = (row / taps, row % taps);
        plane * x.plane
            + tap / geometry.kernel[1] * geometry.dilation[0] * x.row
            + tap % geometry.kernel[1] * geometry.dilation[1] * x.lanes
    }

    /// The positions of a piece, at the first tap.
    #[inline(always)]
    pub fn lines(&self, rows: &Rows, piece: &Piece) -> Lines {
        let Pass { geometry, x, dz, single, .. } = self.pass;
        let Piece { sample, row, column, rows: together, len } = *piece;
        let [up, left] = geometry.pad.map(|pad| pad as isize);
        if *single {
            return Lines {
                x: x.at(column, rows.from, -up, -left),
                d: dz.at(column, rows.first, 0, 0),
                rows: 1,
                len,
                x_row: 0,
                d_row: 0,
                x_step: x.sample,
                d_step: dz.sample,
                d_block: dz.plane,
            };
        }
        let [down, right] = geometry.stride;
        let (x_row, x_step) = (down * x.row, right * x.lanes);
        // Without borders, rows follow each other as positions do.
        let flat = x_row == len * x_step && dz.row == len * LANES;
        let (together, len) = if flat { (1, together * len) } else { (together, len) };
        Lines {
            x: x.at(sample, rows.from, (row * down) as isize - up, (column * right) as isize - left),
            d: dz.at(sample, rows.first, row as isize, column as isize),
            rows: together,
            len,
            x_row,
            d_row: dz.row,
            x_step,
            d_step: LANES,
            d_block: dz.plane,
        }
    }
}
