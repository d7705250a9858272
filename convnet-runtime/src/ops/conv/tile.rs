//! The register tiles: sums of products over the taps of the filters and the channels of the input, for a few positions
//! and a few blocks of 16 output channels at a time.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

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

/// A run of positions, and what is read and written for them.
#[derive(Clone, Copy)]
pub struct Tile<'a> {
    /// How the input is walked.
    pub walk: &'a Walk,
    /// The first tap of the first position.
    pub x: *const f32,
    /// The weights of the first block of output channels.
    pub w: *const f32,
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
    /// there is room for the sums.
    #[inline(always)]
    pub unsafe fn product<S: Simd>(self, s: S, blocks: usize, positions: usize) {
        s.vectorize(Products { tile: self, blocks, positions });
    }

    /// `sums[p] = sum over taps of w[tap] x[p, tap]`, lane by lane.
    ///
    /// # Safety
    /// As for `product`, with one block.
    #[inline(always)]
    pub unsafe fn depthwise<S: Simd>(self, s: S, positions: usize) {
        s.vectorize(LaneByLane { tile: self, positions });
    }

    /// Tiles of at most `most` positions that differ by one at most: the larger ones and the others, with their number and
    /// their positions.
    #[inline(always)]
    pub fn cut(self, positions: usize, most: usize) -> [(Self, usize, usize); 2] {
        let tiles = positions.div_ceil(most);
        let (len, larger) = (positions / tiles.max(1), positions % tiles.max(1));
        let done = larger * (len + 1);
        let (x, sums) = (self.x.wrapping_add(done * self.walk.pixel_step), self.sums.wrapping_add(done * LANES));
        let Walk { blocks, rows, columns, lanes, .. } = *self.walk;
        let next = self.ahead.next;
        // The last block may have fewer lanes: then a little is asked for earlier.
        let next = Next { at: next.at.wrapping_add(larger * blocks * rows * columns * lanes * next.step), ..next };
        let ahead = Ahead { done: self.ahead.done + done, next, ..self.ahead };
        [(self, larger, len + 1), (Self { x, sums, ahead, ..self }, tiles - larger, len)]
    }
}

/// See [`Tile::product`]. A kernel of its own, as the next one: many call them, and there are many tiles.
struct Products<'a> {
    tile: Tile<'a>,
    blocks: usize,
    positions: usize,
}

impl Kernel for Products<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { tile, blocks, positions } = self;
        let near = tile.walk.pixel_step == LANES;
        by_pixels!(tile.cut(positions, S::TILE_PIXELS), S::TILE_PIXELS, [1 2 3 4 5 6 7 8 9 10 11 12 13 14], |tile, count, P| {
            match blocks {
                1 if near => s.vectorize(Product::<1, P, LANES>(&tile, count)),
                1 => s.vectorize(Product::<1, P, 0>(&tile, count)),
                2 if const { S::TILE_BLOCKS > 1 } && near => s.vectorize(Product::<2, P, LANES>(&tile, count)),
                2 if const { S::TILE_BLOCKS > 1 } => s.vectorize(Product::<2, P, 0>(&tile, count)),
                _ => unreachable!("a tile of {blocks} blocks"),
            }
        });
    }
}

/// See [`Tile::depthwise`].
struct LaneByLane<'a> {
    tile: Tile<'a>,
    positions: usize,
}

impl Kernel for LaneByLane<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { tile, positions } = self;
        let Walk { columns, column_step, pixel_step, .. } = *tile.walk;
        let near = columns == 3 && column_step == LANES as isize;
        if near && (pixel_step == LANES || pixel_step == 2 * LANES) {
            // The weights of a row of taps are in registers, too.
            let most = const { if S::TILE_PIXELS > 4 { S::TILE_PIXELS - 2 } else { S::TILE_PIXELS } };
            by_pixels!(tile.cut(positions, most), S::TILE_PIXELS, [1 2 3 4 5 6 7 8 9 10 11 12], |tile, count, P| {
                if pixel_step == LANES {
                    s.vectorize(Three::<P, 1>(&tile, count));
                } else {
                    s.vectorize(Three::<P, 2>(&tile, count));
                }
            });
        } else {
            by_pixels!(tile.cut(positions, S::TILE_PIXELS), S::TILE_PIXELS, [1 2 3 4 5 6 7 8 9 10 11 12 13 14], |tile, count, P| {
                s.vectorize(Depthwise::<P>(&tile, count));
            });
        }
    }
}

/// Tiles of `OB` blocks of output channels and `P` positions, which are `STEP` floats apart, or as many as the walk says if
/// that is zero; see [`Tile::product`].
struct Product<'a, const OB: usize, const P: usize, const STEP: usize>(&'a Tile<'a>, usize);

impl<const OB: usize, const P: usize, const STEP: usize> Kernel for Product<'_, OB, P, STEP> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self(&Tile { walk, x, w, sums, sums_step, mut ahead }, count) = self;
        let step = if STEP > 0 { STEP } else { walk.pixel_step };
        let mut next = if ahead.next.at.is_null() { Next { at: w, step: 0 } } else { ahead.next };
        for i in 0..count {
            ahead.ask(s, walk, P);
            let (mut w, sums) = (w, sums.wrapping_add(i * P * LANES));
            let mut block = x.wrapping_add(i * P * step);
            let mut acc = [[s.zero(); OB]; P];
            // SAFETY: the promise of whoever called `Tile::product`. Pointers beyond the last tap are formed, not read.
            unsafe {
                for i in 0..walk.blocks {
                    let lanes = if i + 1 == walk.blocks { walk.last_lanes } else { walk.lanes };
                    let mut row = block;
                    for _ in 0..walk.rows {
                        let mut x = row;
                        for _ in 0..walk.columns {
                            for lane in 0..lanes {
                                let mut b = [s.zero(); OB];
                                for o in 0..OB {
                                    b[o] = s.load_from(w.add(o * walk.stream + lane * LANES));
                                }
                                s.prefetch_far(next.at);
                                next.at = next.at.wrapping_add(next.step);
                                for p in 0..P {
                                    let a = s.splat(*x.add(p * step + lane));
                                    for o in 0..OB {
                                        acc[p][o] = s.fma(a, b[o], acc[p][o]);
                                    }
                                }
                            }
                            w = w.wrapping_add(walk.lanes * LANES);
                            x = x.wrapping_offset(walk.column_step);
                        }
                        row = row.wrapping_offset(walk.row_step);
                    }
                    block = block.wrapping_add(walk.block_step);
                }
                for p in 0..P {
                    for o in 0..OB {
                        s.store_to(sums.add(o * sums_step + p * LANES), acc[p][o]);
                    }
                }
            }
        }
    }
}

/// Tiles of `P` positions, each lane its own channel; filters of three columns, side by side, and `STRIDE` of these from a
/// position to the next: each column of the input is read once for all that it belongs to.
struct Three<'a, const P: usize, const STRIDE: usize>(&'a Tile<'a>, usize);

impl<const P: usize, const STRIDE: usize> Kernel for Three<'_, P, STRIDE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self(&Tile { walk, x, w, sums, mut ahead, .. }, count) = self;
        for i in 0..count {
            ahead.ask(s, walk, P);
            let (mut w, sums) = (w, sums.wrapping_add(i * P * LANES));
            let mut row = x.wrapping_add(i * P * STRIDE * LANES);
            let mut acc = [s.zero(); P];
            // SAFETY: the promise of whoever called `Tile::depthwise`. Pointers beyond the last tap are formed, not read.
            unsafe {
                for _ in 0..walk.rows {
                    let b = [s.load_from(w), s.load_from(w.add(LANES)), s.load_from(w.add(2 * LANES))];
                    for column in 0..(P - 1) * STRIDE + 3 {
                        let a = s.load_from(row.add(column * LANES));
                        for p in 0..P {
                            let tap = column.wrapping_sub(p * STRIDE);
                            if tap < 3 {
                                acc[p] = s.fma(a, b[tap], acc[p]);
                            }
                        }
                    }
                    w = w.wrapping_add(3 * LANES);
                    row = row.wrapping_offset(walk.row_step);
                }
                for p in 0..P {
                    s.store_to(sums.add(p * LANES), acc[p]);
                }
            }
        }
    }
}

/// Tiles of `P` positions, each lane its own channel.
struct Depthwise<'a, const P: usize>(&'a Tile<'a>, usize);

impl<const P: usize> Kernel for Depthwise<'_, P> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self(&Tile { walk, x, w, sums, mut ahead, .. }, count) = self;
        for i in 0..count {
            ahead.ask(s, walk, P);
            let (mut w, sums) = (w, sums.wrapping_add(i * P * LANES));
            let mut row = x.wrapping_add(i * P * walk.pixel_step);
            let mut acc = [s.zero(); P];
            // SAFETY: the promise of whoever called `Tile::depthwise`. Pointers beyond the last tap are formed, not read.
            unsafe {
                for _ in 0..walk.rows {
                    let mut x = row;
                    for _ in 0..walk.columns {
                        let b = s.load_from(w);
                        for p in 0..P {
                            acc[p] = s.fma(s.load_from(x.add(p * walk.pixel_step)), b, acc[p]);
                        }
                        w = w.wrapping_add(LANES);
                        x = x.wrapping_offset(walk.column_step);
                    }
                    row = row.wrapping_offset(walk.row_step);
                }
                for p in 0..P {
                    s.store_to(sums.add(p * LANES), acc[p]);
                }
            }
        }
    }
}
