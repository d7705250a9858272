//! The register tiles: sums of products over the taps of the filters and the channels of the input, for a few positions
//! and a few blocks of 16 output channels.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};
use crate::cpu::threads::cut;

/// Most positions of a tile, on any instruction set.
pub const PIXELS: usize = 14;
/// Blocks of output channels of a tile with one position.
pub const STREAMS: usize = 4;
/// From a block's sums to the next, where all of a tile are kept together.
pub const SUMS_STEP: usize = PIXELS * LANES;
/// Floats of a tile's sums, `[block][PIXELS][16]`.
pub const SUMS: usize = 2 * SUMS_STEP;

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
    /// Floats of weights for each block of input channels and block of output channels.
    pub fn weights(&self) -> usize {
        self.rows * self.columns * self.lanes * LANES
    }

    /// The same walk over some of the blocks of input channels.
    pub fn part(&self, start: usize, end: usize) -> Self {
        let last_lanes = if end == self.blocks { self.last_lanes } else { self.lanes };
        Self { blocks: end - start, last_lanes, ..*self }
    }
}

/// What a tile reads and writes.
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
    /// Add to the sums that are there.
    pub resume: bool,
}

impl Tile<'_> {
    /// `sums[o][p] = sum over blocks, taps and lanes of w[o][block, tap, lane] x[p, block, tap, lane]`
    ///
    /// # Safety
    /// The walk stays in the input and in the weights, for `pixels` positions and `blocks` blocks of output channels;
    /// there is room for the sums.
    #[inline(always)]
    pub unsafe fn product<S: Simd>(self, s: S, blocks: usize, pixels: usize) {
        self.choose::<S, false>(s, blocks, pixels, std::ptr::null());
    }

    /// The same, and asks for cache lines from `ahead` on, one for each lane of the walk.
    ///
    /// # Safety
    /// As for `product`. Whatever lies at `ahead` is not read.
    #[inline(always)]
    pub unsafe fn product_ahead<S: Simd>(self, s: S, blocks: usize, pixels: usize, ahead: *const f32) {
        self.choose::<S, true>(s, blocks, pixels, ahead);
    }

    #[inline(always)]
    fn choose<S: Simd, const AHEAD: bool>(self, s: S, blocks: usize, pixels: usize, ahead: *const f32) {
        macro_rules! choose {
            ($($b:literal: $($p:literal)*),*) => {
                match (blocks, pixels) {
                    $($(($b, $p) if const { $b <= S::TILE_BLOCKS && $p <= S::TILE_PIXELS } => {
                        s.vectorize(Product::<$b, $p, AHEAD>(self, ahead));
                    })*)*
                    _ => unreachable!("a tile of {blocks} x {pixels}"),
                }
            };
        }
        choose!(1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14, 2: 1 2 3 4 5 6 7 8 9 10 11 12 13 14);
    }

    /// The same for one position and one or [`STREAMS`] blocks of output channels, reading weights as fast as memory
    /// gives them.
    ///
    /// # Safety
    /// As for `product`.
    #[inline(always)]
    pub unsafe fn single<S: Simd>(self, s: S, blocks: usize) {
        match blocks {
            STREAMS if const { S::TILE_BLOCKS > 1 } => s.vectorize(Single::<STREAMS, 4>(self)),
            STREAMS => s.vectorize(Single::<STREAMS, 1>(self)),
            _ => s.vectorize(Single::<1, 4>(self)),
        }
    }

    /// `sums[p] = sum over taps of w[tap] x[p, tap]`, lane by lane, for up to twice [`PIXELS`] positions.
    ///
    /// # Safety
    /// As for `product`, with one block.
    #[inline(always)]
    pub unsafe fn depthwise<S: Simd>(self, s: S, pixels: usize) {
        s.vectorize(Lanes(self, pixels));
    }
}

/// `OB` blocks of output channels, `P` positions: see [`Tile::product`] and, with `AHEAD`, [`Tile::product_ahead`].
struct Product<'a, const OB: usize, const P: usize, const AHEAD: bool>(Tile<'a>, *const f32);

impl<const OB: usize, const P: usize, const AHEAD: bool> Kernel for Product<'_, OB, P, AHEAD> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self(Tile { walk, x: mut block, mut w, sums, sums_step, resume }, mut ahead) = self;
        let mut acc = [[s.zero(); OB]; P];
        // SAFETY: the promise of whoever called `Tile::product`. Pointers beyond the last tap are formed, not read.
        unsafe {
            if resume {
                for p in 0..P {
                    for o in 0..OB {
                        acc[p][o] = s.load_from(sums.add(o * sums_step + p * LANES));
                    }
                }
            }
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
                            if AHEAD {
                                s.prefetch_far(ahead);
                                ahead = ahead.wrapping_add(LANES);
                            }
                            for p in 0..P {
                                let a = s.splat(*x.add(p * walk.pixel_step + lane));
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

/// `OB` blocks of output channels, one position, `U` sums for each: see [`Tile::single`].
struct Single<'a, const OB: usize, const U: usize>(Tile<'a>);

impl<const OB: usize, const U: usize> Kernel for Single<'_, OB, U> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        /// How far ahead of its use a weight is asked for.
        const AHEAD: usize = 640;
        let Tile { walk, x: mut block, mut w, sums, sums_step, .. } = self.0;
        let mut acc = [[s.zero(); U]; OB];
        // SAFETY: the promise of whoever called `Tile::single`. Pointers beyond the last tap are formed, not read.
        unsafe {
            for i in 0..walk.blocks {
                let lanes = if i + 1 == walk.blocks { walk.last_lanes } else { walk.lanes };
                let mut row = block;
                for _ in 0..walk.rows {
                    let mut x = row;
                    for _ in 0..walk.columns {
                        let mut lane = 0;
                        while lane + U <= lanes {
                            for o in 0..OB {
                                for u in 0..U {
                                    let at = w.add(o * walk.stream + (lane + u) * LANES);
                                    s.prefetch(at.wrapping_add(AHEAD));
                                    acc[o][u] = s.fma(s.splat(*x.add(lane + u)), s.load_from(at), acc[o][u]);
                                }
                            }
                            lane += U;
                        }
                        while lane < lanes {
                            for o in 0..OB {
                                let b = s.load_from(w.add(o * walk.stream + lane * LANES));
                                acc[o][0] = s.fma(s.splat(*x.add(lane)), b, acc[o][0]);
                            }
                            lane += 1;
                        }
                        w = w.wrapping_add(walk.lanes * LANES);
                        x = x.wrapping_offset(walk.column_step);
                    }
                    row = row.wrapping_offset(walk.row_step);
                }
                block = block.wrapping_add(walk.block_step);
            }
            for o in 0..OB {
                let mut sum = acc[o][0];
                for u in 1..U {
                    sum = s.add(sum, acc[o][u]);
                }
                s.store_to(sums.add(o * sums_step), sum);
            }
        }
    }
}

/// Positions whose lanes are their own channels, in register tiles that differ by one position at most: see
/// [`Tile::depthwise`].
struct Lanes<'a>(Tile<'a>, usize);

impl Kernel for Lanes<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self(all, pixels) = self;
        let tiles = pixels.div_ceil(S::TILE_PIXELS);
        for i in 0..tiles {
            let [start, end] = [cut(pixels, tiles, i), cut(pixels, tiles, i + 1)];
            let (x, sums) = (all.x.wrapping_add(start * all.walk.pixel_step), all.sums.wrapping_add(start * LANES));
            let tile = Tile { x, sums, ..all };
            macro_rules! choose {
                ($($p:literal)*) => {
                    match (end - start, all.walk.columns) {
                        $(($p, 3) if const { $p <= S::TILE_PIXELS } => Depthwise::<$p, 3>(tile).run(s),
                        ($p, _) if const { $p <= S::TILE_PIXELS } => Depthwise::<$p, 0>(tile).run(s),)*
                        _ => unreachable!("a tile of {pixels}"),
                    }
                };
            }
            choose!(1 2 3 4 5 6 7 8 9 10 11 12 13 14);
        }
    }
}

/// `P` positions, each lane its own channel; filters of `C` columns, or as many as the walk has if that is zero.
struct Depthwise<'a, const P: usize, const C: usize>(Tile<'a>);

impl<const P: usize, const C: usize> Kernel for Depthwise<'_, P, C> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Tile { walk, x: mut row, mut w, sums, .. } = self.0;
        let columns = if C > 0 { C } else { walk.columns };
        let mut acc = [s.zero(); P];
        // SAFETY: the promise of whoever called `Tile::depthwise`. Pointers beyond the last tap are formed, not read.
        unsafe {
            for _ in 0..walk.rows {
                let mut x = row;
                for _ in 0..columns {
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
