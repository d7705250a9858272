//! Rows of sums of a depthwise convolution, tile by tile. Each position's sum goes through what follows it in registers.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use super::tile::{Any, Few, Sums, Three};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};
use crate::ops::conv::epilogue::Epilogue;
use crate::ops::conv::tile::by_pixels;

/// Most taps of filters whose weights are all loaded first.
const FEW: usize = 9;

/// `to[position] = bounded(scale sum over taps of w[tap] x[position, tap] + shift + added[position])`, lane by lane. Steps are in
/// floats. Whoever runs it promises that the windows lie in `x`, that the weights and what is added are there, and that nobody
/// else touches what is written.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// The first tap of the first position.
    pub x: *const f32,
    /// From a row of positions to the next.
    pub x_row: usize,
    /// From a position to the next.
    pub x_step: usize,
    /// Rows and columns of taps.
    pub taps: [usize; 2],
    /// From a row or a column of taps to the next.
    pub tap_step: [usize; 2],
    /// The weights of the first tap.
    pub w: *const f32,
    /// From the weights of a row or a column of taps to the next.
    pub w_step: [isize; 2],
    /// The first position's place.
    pub to: *mut f32,
    /// From a row of positions to the next.
    pub to_row: usize,
    /// From a position to the next, also in what is added.
    pub to_step: usize,
    /// What is added, and from a row of it to the next.
    pub added: Option<(*const f32, usize)>,
    /// Scale and shift: those of a block.
    pub affine: Option<(&'a Epilogue, usize)>,
    /// The least and the largest value.
    pub bounds: [f32; 2],
    /// Channels that there are; the others become zero.
    pub lanes: usize,
    /// Rows and columns of positions.
    pub positions: [usize; 2],
    /// From a row of what is read to the next.
    pub x_line: usize,
    /// The volumes come from memory: lines are asked for a row before they are needed.
    pub far: bool,
}

impl Kernel for Rows<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        if self.positions[1] == 0 {
            return;
        }
        let three = self.taps[1] == 3 && self.tap_step[1] == LANES && !self.is_phase();
        let stride = self.x_step / LANES;
        if three && matches!(stride, 1 | 2) {
            // The weights of a row of taps are in registers, too.
            let most = const { if S::TILE_PIXELS > 4 { S::TILE_PIXELS - 2 } else { S::TILE_PIXELS } };
            by_pixels!(self.tiles(most), S::TILE_PIXELS, [1 2 3 4 5 6 7 8 9 10 11 12], |column, count, P| {
                if stride == 1 {
                    s.vectorize(Three::<P, 1> { rows: &self, column, count });
                } else {
                    s.vectorize(Three::<P, 2> { rows: &self, column, count });
                }
            });
        } else if self.is_phase() && self.taps[0] * self.taps[1] <= FEW {
            macro_rules! choose {
                ($($n:literal)*) => {
                    match self.taps[0] * self.taps[1] {
                        $($n => s.vectorize(Few::<$n>(&self)),)*
                        taps => unreachable!("{taps} taps are not few"),
                    }
                };
            }
            choose!(0 1 2 3 4 5 6 7 8 9);
        } else {
            by_pixels!(self.tiles(S::TILE_PIXELS), S::TILE_PIXELS, [1 2 3 4 5 6 7 8 9 10 11 12 13 14], |column, count, P| {
                s.vectorize(Any::<P> { rows: &self, column, count });
            });
        }
    }
}

impl Rows<'_> {
    /// Whether the positions are not neighbours, as those of a phase.
    fn is_phase(&self) -> bool {
        self.to_step != LANES
    }

    /// Tiles of at most `most` positions that differ by one at most, the larger ones and the others: the first position, the
    /// number of tiles, and their positions.
    #[inline(always)]
    fn tiles(&self, most: usize) -> [(usize, usize, usize); 2] {
        let tiles = self.positions[1].div_ceil(most);
        let (len, larger) = (self.positions[1] / tiles, self.positions[1] % tiles);
        [(0, larger, len + 1), (larger * (len + 1), tiles - larger, len)]
    }

    /// `count` tiles of `P` positions of each row, from a column on; `sums` gives those of the positions that begin at a tap.
    /// With `PLAIN` nothing follows them but what is added.
    #[inline(always)]
    pub fn each<S: Simd, const P: usize, const PLAIN: bool>(
        &self,
        s: S,
        column: usize,
        count: usize,
        sums: &impl Sums<S, P>,
    ) {
        let [low, top] = [s.splat(self.bounds[0]), s.splat(self.bounds[1])];
        // SAFETY: the promise of whoever runs the rows.
        unsafe {
            let (scale, shift) = self.affine.map_or((s.splat(1.0), s.zero()), |(sink, block)| sink.affine(s, block));
            for row in 0..self.positions[0] {
                let mut x = self.x.wrapping_add(row * self.x_row + column * self.x_step);
                let mut to = self.to.wrapping_add(row * self.to_row + column * self.to_step);
                let mut added = self.added.map(|(at, step)| at.wrapping_add(row * step + column * self.to_step));
                for _ in 0..count {
                    if self.far {
                        self.ask::<S, P>(s, x, to);
                    }
                    let sums = sums.at(s, x);
                    for p in 0..P {
                        let mut v = if PLAIN { sums[p] } else { s.fma(sums[p], scale, shift) };
                        if let Some(added) = added {
                            v = s.add(v, s.load_from(added.add(p * self.to_step)));
                        }
                        if !PLAIN {
                            v = s.min(top, s.max(low, v));
                            v = if self.lanes < LANES { s.first(self.lanes, v) } else { v };
                        }
                        s.store_to(to.add(p * self.to_step), v);
                    }
                    x = x.wrapping_add(P * self.x_step);
                    to = to.wrapping_add(P * self.to_step);
                    added = added.map(|added| added.wrapping_add(P * self.to_step));
                }
            }
        }
    }

    /// Asks for what the positions below some need that these do not.
    #[inline(always)]
    fn ask<S: Simd, const P: usize>(&self, s: S, x: *const f32, to: *const f32) {
        let last = x.wrapping_add(self.x_row + self.taps[0].saturating_sub(1) * self.tap_step[0]);
        for row in 0..self.x_row / self.x_line {
            let line = last.wrapping_sub(row * self.x_line);
            for i in 0..P * self.x_step / LANES {
                s.prefetch_far(line.wrapping_add(i * LANES));
            }
        }
        for p in 0..P {
            s.prefetch_far(to.wrapping_add(self.to_row + p * self.to_step));
        }
    }
}
