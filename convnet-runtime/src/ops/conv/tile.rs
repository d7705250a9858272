//! The register tiles: sums of products over the taps of the filters and the channels of the input, for a few positions
//! and a few blocks of 16 output channels at a time.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use std::ptr;

use super::finish::Finish;
use super::places::Places;
use super::sweep_ahead::{Ahead, Next};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};

/// Most positions of a tile, on any instruction set.
pub const PIXELS: usize = 14;

/// How the products of a tile walk through the input: over blocks of channels, and in each over the rows and columns of
/// a grid of taps. Steps are in floats. The weights are read in that order, from one stream per block of output channels.
#[derive(Clone, Copy, Debug)]
pub struct Walk {
    /// Blocks of input channels.
    pub blocks: usize,
    /// From a block of input channels to the next.
    pub block_step: usize,
    /// Rows of taps.
    pub rows: usize,
    /// From a row of taps to the next.
    pub row_step: isize,
    /// Columns of taps.
    pub columns: usize,
    /// From a column of taps to the next.
    pub column_step: isize,
    /// Channels in a block.
    pub lanes: usize,
    /// Channels in the last block.
    pub last_lanes: usize,
    /// From a position to the next.
    pub pixel_step: usize,
    /// From the weights of a block of output channels to those of the next.
    pub stream: usize,
}

impl Walk {
    /// The same walk, row by row of taps where these lie one behind the other, as their weights do.
    pub fn merged(self) -> Self {
        if self.column_step != self.lanes as isize || self.last_lanes != self.lanes {
            return self;
        }
        let lanes = self.columns * self.lanes;
        Self { columns: 1, lanes, last_lanes: lanes, ..self }
    }
}

/// A run of positions, and what is read and written for those that are left of them.
pub struct Tile<'a> {
    /// How the input is walked.
    pub walk: &'a Walk,
    /// The first tap of each position.
    pub x: Places,
    /// The weights of the first block of output channels.
    pub w: *const f32,
    /// The walk, tap by tap and channel by channel: from the first tap to each. Empty, unless these are few and rows of taps are
    /// short.
    pub taps: &'a [usize],
    /// What follows the sums; nothing: they are kept.
    pub finish: Option<Finish>,
    /// The sums of the first block of output channels, `[position][16]`.
    pub sums: *mut f32,
    /// From a block's sums to those of the next.
    pub sums_step: usize,
    /// What to ask for meanwhile.
    pub ahead: Ahead,
}

/// Runs a kernel of `$p` positions, as many as the tiles that a run is cut into have.
macro_rules! by_pixels {
    ($run:expr, $most:expr, [$($p:literal)*], |$tile:ident, $count:ident, $P:ident| $call:expr) => {
        for ($tile, $count, len) in $run {
            match len {
                _ if $count == 0 => {}
                $($p if const { $p <= $most } => {
                    const $P: usize = $p;
                    $call;
                })*
                _ => unreachable!("a tile of {len} positions"),
            }
        }
    };
}
pub(super) use by_pixels;

impl Tile<'_> {
    /// `sums[o][p] = sum over blocks, taps and lanes of w[o][block, tap, lane] x[p, block, tap, lane]`
    ///
    /// # Safety
    /// The walk stays in the input and in the weights, for `positions` positions and `blocks` blocks of output channels;
    /// there is room for the sums, or for what becomes of them.
    #[inline(always)]
    pub unsafe fn product<S: Simd>(&mut self, s: S, blocks: usize, positions: usize) {
        s.vectorize(Products { tile: self, blocks, positions });
    }
}

/// Tiles of at most `most` positions that differ by one at most: the first position of the larger ones and of the others, how
/// many tiles these are and their positions.
#[inline(always)]
pub fn cut(positions: usize, most: usize) -> [(usize, usize, usize); 2] {
    let tiles = positions.div_ceil(most);
    let (len, larger) = (positions / tiles.max(1), positions % tiles.max(1));
    [(0, larger, len + 1), (larger * (len + 1), tiles - larger, len)]
}

/// See [`Tile::product`]. A kernel of its own: many call it, and there are many tiles.
struct Products<'a, 'b> {
    tile: &'a mut Tile<'b>,
    blocks: usize,
    positions: usize,
}

impl Kernel for Products<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { tile, blocks, positions } = self;
        let near = tile.x.even() && tile.x.step == LANES;
        by_pixels!(cut(positions, S::TILE_PIXELS), S::TILE_PIXELS, [1 2 3 4 5 6 7 8 9 10 11 12 13 14], |_first, count, P| {
            match blocks {
                1 if near => s.vectorize(Product::<1, P, LANES>(tile, count)),
                1 => s.vectorize(Product::<1, P, 0>(tile, count)),
                2 if const { S::TILE_BLOCKS > 1 } && near => s.vectorize(Product::<2, P, LANES>(tile, count)),
                2 if const { S::TILE_BLOCKS > 1 } => s.vectorize(Product::<2, P, 0>(tile, count)),
                _ => unreachable!("a tile of {blocks} blocks"),
            }
        });
    }
}

/// Tiles of `OB` blocks of output channels and `P` positions, which are `STEP` floats apart, or anywhere if that is zero;
/// see [`Tile::product`].
struct Product<'a, 'b, const OB: usize, const P: usize, const STEP: usize>(&'a mut Tile<'b>, usize);

impl<const OB: usize, const P: usize, const STEP: usize> Kernel for Product<'_, '_, OB, P, STEP> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self(tile, count) = self;
        let (walk, sums_step) = (tile.walk, tile.sums_step);
        let mut next = if tile.ahead.next.at.is_null() { Next { at: tile.w, step: 0 } } else { tile.ahead.next };
        for _ in 0..count {
            tile.ahead.ask(s, walk, P);
            let lines = match &mut tile.finish {
                Some(finish) => finish.lines::<S, OB, P>(s),
                None => [[ptr::null(); P]; 2],
            };
            let (mut w, sums) = (tile.w, tile.sums);
            let mut at = [tile.x.at; P];
            if STEP > 0 {
                tile.x.at = tile.x.at.wrapping_add(P * STEP);
            } else {
                for p in 0..P {
                    at[p] = tile.x.next();
                }
            }
            tile.sums = sums.wrapping_add(P * LANES);
            // From the first tap on.
            let mut block = 0_usize;
            let mut acc = [[s.zero(); OB]; P];
            let blocks = if STEP == 0 && !tile.taps.is_empty() { 0 } else { walk.blocks };
            // SAFETY: the promise of whoever called `Tile::product`. Pointers beyond the last tap are formed, not read.
            unsafe {
                if STEP == 0 {
                    for &tap in tile.taps {
                        let mut b = [s.zero(); OB];
                        for o in 0..OB {
                            b[o] = s.load_from(w.add(o * walk.stream));
                        }
                        w = w.wrapping_add(LANES);
                        for p in 0..P {
                            let a = s.splat(*at[p].wrapping_add(tap));
                            for o in 0..OB {
                                acc[p][o] = s.fma(a, b[o], acc[p][o]);
                            }
                        }
                    }
                }
                for i in 0..blocks {
                    let lanes = if i + 1 == walk.blocks { walk.last_lanes } else { walk.lanes };
                    let mut row = block;
                    for _ in 0..walk.rows {
                        let mut tap = row;
                        for _ in 0..walk.columns {
                            let mut row_w = w;
                            let end = tap.wrapping_add(lanes);
                            let mut i = tap;
                            while i != end {
                                let mut b = [s.zero(); OB];
                                for o in 0..OB {
                                    b[o] = s.load_from(row_w.add(o * walk.stream));
                                }
                                row_w = row_w.wrapping_add(LANES);
                                s.prefetch_far(next.at);
                                next.at = next.at.wrapping_add(next.step);
                                for p in 0..P {
                                    let a = s.splat(*at[p].wrapping_add(p * STEP).wrapping_add(i));
                                    for o in 0..OB {
                                        acc[p][o] = s.fma(a, b[o], acc[p][o]);
                                    }
                                }
                                i = i.wrapping_add(1);
                            }
                            w = w.wrapping_add(walk.lanes * LANES);
                            tap = tap.wrapping_add_signed(walk.column_step);
                        }
                        row = row.wrapping_add_signed(walk.row_step);
                    }
                    block = block.wrapping_add(walk.block_step);
                }
                if let Some(finish) = &tile.finish {
                    finish.give(s, &lines, &acc);
                    continue;
                }
                for p in 0..P {
                    for o in 0..OB {
                        s.store_to(sums.add(o * sums_step + p * LANES), acc[p][o]);
                    }
                }
            }
        }
        if !tile.ahead.next.at.is_null() {
            tile.ahead.next = next;
        }
    }
}
