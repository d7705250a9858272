//! The register tile of a fully connected layer.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};

/// Most samples of a tile, on any instruction set: samples often lie a power of two apart, and a set of a cache holds
/// but so many of them.
pub const MOST: usize = 8;
/// Blocks of filters of a tile with one sample.
pub const STREAMS: usize = 4;
/// Inputs whose products are written out in the loop.
const STEP: usize = 4;

/// A weight in memory.
pub trait Weight: Copy + Sync + 'static {
    /// Rows of 16 weights in a line of a cache.
    const ROWS: usize;

    /// Sixteen weights.
    ///
    /// # Safety
    /// They are there.
    unsafe fn load<S: Simd>(s: S, at: *const Self) -> S::V;
}

impl Weight for f32 {
    const ROWS: usize = 1;

    #[inline(always)]
    unsafe fn load<S: Simd>(s: S, at: *const Self) -> S::V {
        // SAFETY: the caller's promise.
        unsafe { s.load_from(at) }
    }
}

/// In half precision.
impl Weight for u16 {
    const ROWS: usize = 2;

    #[inline(always)]
    unsafe fn load<S: Simd>(s: S, at: *const Self) -> S::V {
        // SAFETY: the caller's promise.
        unsafe { s.load_half(at) }
    }
}

/// What a tile reads and writes.
#[derive(Clone, Copy)]
pub struct Tile<W> {
    /// The first input of the first sample.
    pub x: *const f32,
    /// From a sample to the next.
    pub x_sample: usize,
    /// Inputs.
    pub len: usize,
    /// The weights of the first block of filters.
    pub w: *const W,
    /// From the weights of a block of filters to those of the next.
    pub stream: usize,
    /// Weights to ask for meanwhile, for each block.
    pub ahead: *const W,
    /// How many of them for each input.
    pub ahead_step: usize,
    /// Ask for them from the second cache.
    pub far: bool,
    /// `[block][sample][16]`
    pub sums: *mut f32,
    /// From a block's to the next's.
    pub sums_step: usize,
    /// Add to the sums that are there.
    pub resume: bool,
}

impl<W: Weight> Tile<W> {
    /// `sums[o][p] = sum over i of x[p][i] w[o][i]`
    ///
    /// # Safety
    /// Samples, weights and room for the sums are there.
    #[inline(always)]
    pub unsafe fn product<S: Simd>(self, s: S, blocks: usize, samples: usize) {
        macro_rules! choose {
            ($($b:literal: $($p:literal)*),*) => {
                match (blocks, samples) {
                    (STREAMS, 1) if const { S::TILE_BLOCKS > 1 } => s.vectorize(Product::<W, STREAMS, 1, 4>(self)),
                    (STREAMS, 1) => s.vectorize(Product::<W, STREAMS, 1, 1>(self)),
                    (1, 1) => s.vectorize(Product::<W, 1, 1, 4>(self)),
                    $($(($b, $p) if const { ($b <= S::TILE_BLOCKS || $p <= 2) && $p <= S::TILE_PIXELS } => {
                        s.vectorize(Product::<W, $b, $p, 1>(self));
                    })*)*
                    _ => unreachable!("a tile of {blocks} x {samples}"),
                }
            };
        }
        choose!(1: 2 3 4 5 6 7 8, 2: 1 2 3 4 5 6 7 8);
    }
}

/// `OB` blocks of filters, `P` samples, `U` sums for each.
struct Product<W, const OB: usize, const P: usize, const U: usize>(Tile<W>);

impl<W: Weight, const OB: usize, const P: usize, const U: usize> Kernel for Product<W, OB, P, U> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Tile { x, x_sample, len, w, stream, mut ahead, ahead_step, far, sums, sums_step, resume } = self.0;
        let mut acc = [[[s.zero(); U]; OB]; P];
        // SAFETY: the promise of whoever called `Tile::product`.
        unsafe {
            if resume {
                for p in 0..P {
                    for o in 0..OB {
                        acc[p][o][0] = s.load_from(sums.add(o * sums_step + p * LANES));
                    }
                }
            }
            let mut i = 0;
            while i + STEP <= len {
                for u in 0..STEP {
                    if u % W::ROWS == 0 {
                        for o in 0..OB {
                            let ahead = ahead.wrapping_add(o * stream).cast();
                            if far {
                                s.prefetch_far(ahead);
                            } else {
                                s.prefetch(ahead);
                            }
                        }
                        ahead = ahead.wrapping_add(ahead_step * W::ROWS);
                    }
                    for o in 0..OB {
                        let b = W::load(s, w.add(o * stream + (i + u) * LANES));
                        for p in 0..P {
                            acc[p][o][u % U] = s.fma(s.splat(*x.add(p * x_sample + i + u)), b, acc[p][o][u % U]);
                        }
                    }
                }
                i += STEP;
            }
            while i < len {
                for o in 0..OB {
                    let b = W::load(s, w.add(o * stream + i * LANES));
                    for p in 0..P {
                        acc[p][o][0] = s.fma(s.splat(*x.add(p * x_sample + i)), b, acc[p][o][0]);
                    }
                }
                i += 1;
            }
            for p in 0..P {
                for o in 0..OB {
                    let mut sum = acc[p][o][0];
                    for u in 1..U {
                        sum = s.add(sum, acc[p][o][u]);
                    }
                    s.store_to(sums.add(o * sums_step + p * LANES), sum);
                }
            }
        }
    }
}
