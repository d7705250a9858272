//! The register tile of the weights' gradient: sums over positions of outer products.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use super::tile::PIXELS;
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};

/// Most rows of a tile on any instruction set.
pub const ROWS: usize = 8;
const _: () = assert!(ROWS <= PIXELS);

/// Positions to sum over: rows of the same length. Steps are in floats.
#[derive(Clone, Copy)]
pub struct Lines {
    /// The input at the first tap of the first position.
    pub x: *const f32,
    /// The gradient of the sums there.
    pub d: *const f32,
    /// Rows of positions.
    pub rows: usize,
    /// Positions of a row.
    pub len: usize,
    /// From a row of positions to the next, in the input.
    pub x_row: usize,
    /// The same in the gradient.
    pub d_row: usize,
    /// From a position to the next, in the input.
    pub x_step: usize,
    /// The same in the gradient.
    pub d_step: usize,
    /// From a block of the gradient to the next.
    pub d_block: usize,
}

impl Lines {
    /// Adds the gradients of all positions to the totals of some blocks, `[block][16]`.
    ///
    /// # Safety
    /// The gradient is there.
    #[inline(always)]
    pub unsafe fn totals<S: Simd>(&self, s: S, totals: &mut [f32]) {
        for (block, total) in totals.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            // Independent sums, so that additions need not wait for each other.
            let mut sums = [s.zero(); 4];
            for row in 0..self.rows {
                let d = self.d.wrapping_add(block * self.d_block + row * self.d_row);
                for first in (0..self.len).step_by(4) {
                    for i in 0..4 {
                        if first + i < self.len {
                            // SAFETY: the caller's promise.
                            let v = unsafe { s.load_from(d.wrapping_add((first + i) * self.d_step)) };
                            sums[i] = s.add(sums[i], v);
                        }
                    }
                }
            }
            let sum = s.add(s.add(sums[0], sums[1]), s.add(sums[2], sums[3]));
            s.store(total, s.add(s.load(total), sum));
        }
    }
}

/// `sums[block][row] += sum over positions of x[position + offsets[row]] d[block][position]`
pub struct Reduce<'a> {
    /// The positions.
    pub lines: &'a Lines,
    /// Where each row finds its input.
    pub offsets: [usize; ROWS],
    /// Rows, at most as many as the instruction set's tile has.
    pub rows: usize,
    /// `[row][16]`
    pub sums: *mut f32,
    /// From a block's sums to the next.
    pub stream: usize,
    /// Add to what is there.
    pub resume: bool,
}

/// Runs the tile of as many rows as there are.
macro_rules! rows {
    ($reduce:expr, $s:expr, $tile:ident $(, $kind:tt)*) => {
        match $reduce.rows {
            1 if const { 1 <= S::TILE_ROWS } => $s.vectorize($tile::<1 $(, $kind)*>(&$reduce)),
            2 if const { 2 <= S::TILE_ROWS } => $s.vectorize($tile::<2 $(, $kind)*>(&$reduce)),
            3 if const { 3 <= S::TILE_ROWS } => $s.vectorize($tile::<3 $(, $kind)*>(&$reduce)),
            4 if const { 4 <= S::TILE_ROWS } => $s.vectorize($tile::<4 $(, $kind)*>(&$reduce)),
            5 if const { 5 <= S::TILE_ROWS } => $s.vectorize($tile::<5 $(, $kind)*>(&$reduce)),
            6 if const { 6 <= S::TILE_ROWS } => $s.vectorize($tile::<6 $(, $kind)*>(&$reduce)),
            7 if const { 7 <= S::TILE_ROWS } => $s.vectorize($tile::<7 $(, $kind)*>(&$reduce)),
            8 if const { 8 <= S::TILE_ROWS } => $s.vectorize($tile::<8 $(, $kind)*>(&$reduce)),
            rows => unreachable!("a tile of {rows} rows"),
        }
    };
}

impl Reduce<'_> {
    /// The rows read what lies one behind the other from `offsets[0]` on.
    ///
    /// # Safety
    /// The input, the gradient and the sums are there, and nobody else touches the sums.
    #[inline(always)]
    pub unsafe fn consecutive<S: Simd>(self, s: S, blocks: usize) {
        self.outer::<S, true>(s, blocks);
    }

    /// Each row has its own offset.
    ///
    /// # Safety
    /// As for `consecutive`.
    #[inline(always)]
    pub unsafe fn scattered<S: Simd>(self, s: S, blocks: usize) {
        self.outer::<S, false>(s, blocks);
    }

    /// Each lane is its own channel, in the input too.
    ///
    /// # Safety
    /// As for `consecutive`, with one block.
    #[inline(always)]
    pub unsafe fn depthwise<S: Simd>(self, s: S) {
        rows!(self, s, Vectors);
    }

    /// Rows `0..W` of a block's channels in groups of `W`, 4 or 8: lane k meets that channel of its own group.
    ///
    /// # Safety
    /// As for `consecutive`, with one block.
    #[inline(always)]
    pub unsafe fn grouped<S: Simd>(self, s: S, width: usize) {
        if width == 4 {
            s.vectorize(Grouped::<4, 0>(&self));
        } else {
            s.vectorize(Grouped::<8, 0>(&self));
            s.vectorize(Grouped::<8, 4>(&self));
        }
    }

    #[inline(always)]
    fn outer<S: Simd, const CONSECUTIVE: bool>(self, s: S, blocks: usize) {
        match blocks {
            1 => rows!(self, s, Outer, 1, CONSECUTIVE),
            2 if const { S::TILE_BLOCKS > 1 } => rows!(self, s, Outer, 2, CONSECUTIVE),
            _ => unreachable!("a tile of {blocks} blocks"),
        }
    }
}

/// `I` rows of weights between one input each and `OB` blocks of filters.
struct Outer<'a, const I: usize, const OB: usize, const CONSECUTIVE: bool>(&'a Reduce<'a>);

impl<const I: usize, const OB: usize, const CONSECUTIVE: bool> Kernel for Outer<'_, I, OB, CONSECUTIVE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Reduce { lines, offsets, sums, stream, resume, .. } = *self.0;
        let mut acc = [[s.zero(); OB]; I];
        for i in 0..I {
            (0..OB).for_each(|o| s.prefetch(sums.wrapping_add(o * stream + i * LANES)));
        }
        // SAFETY: the promise of whoever called the tile.
        unsafe {
            for row in 0..lines.rows {
                let (mut x, mut d) = (lines.x.add(row * lines.x_row), lines.d.add(row * lines.d_row));
                if CONSECUTIVE {
                    x = x.add(offsets[0]);
                }
                for _ in 0..lines.len {
                    let mut b = [s.zero(); OB];
                    for o in 0..OB {
                        b[o] = s.load_from(d.add(o * lines.d_block));
                    }
                    for i in 0..I {
                        let a = s.splat(*x.add(if CONSECUTIVE { i } else { offsets[i] }));
                        for o in 0..OB {
                            acc[i][o] = s.fma(a, b[o], acc[i][o]);
                        }
                    }
                    x = x.wrapping_add(lines.x_step);
                    d = d.wrapping_add(lines.d_step);
                }
            }
            for i in 0..I {
                for o in 0..OB {
                    let to = sums.add(o * stream + i * LANES);
                    s.store_to(to, if resume { s.add(s.load_from(to), acc[i][o]) } else { acc[i][o] });
                }
            }
        }
    }
}

/// Four channels, from `FIRST` on, of groups of `W`.
struct Grouped<'a, const W: usize, const FIRST: usize>(&'a Reduce<'a>);

impl<const W: usize, const FIRST: usize> Kernel for Grouped<'_, W, FIRST> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Reduce { lines, offsets, sums, resume, .. } = *self.0;
        let mut acc = [s.zero(); 4];
        // SAFETY: the promise of whoever called the tile.
        unsafe {
            for row in 0..lines.rows {
                let mut x = lines.x.add(row * lines.x_row + offsets[0]);
                let mut d = lines.d.add(row * lines.d_row);
                for _ in 0..lines.len {
                    let b = s.load_from(d);
                    for i in 0..4 {
                        acc[i] = s.fma(s.spread::<W>(x, FIRST + i), b, acc[i]);
                    }
                    x = x.wrapping_add(lines.x_step);
                    d = d.wrapping_add(lines.d_step);
                }
            }
            for i in 0..4 {
                let to = sums.add((FIRST + i) * LANES);
                s.store_to(to, if resume { s.add(s.load_from(to), acc[i]) } else { acc[i] });
            }
        }
    }
}

/// `I` taps of a depthwise filter.
struct Vectors<'a, const I: usize>(&'a Reduce<'a>);

impl<const I: usize> Kernel for Vectors<'_, I> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Reduce { lines, offsets, sums, resume, .. } = *self.0;
        let mut acc = [s.zero(); I];
        // SAFETY: the promise of whoever called the tile.
        unsafe {
            for row in 0..lines.rows {
                let (mut x, mut d) = (lines.x.add(row * lines.x_row), lines.d.add(row * lines.d_row));
                for _ in 0..lines.len {
                    let b = s.load_from(d);
                    for i in 0..I {
                        acc[i] = s.fma(s.load_from(x.add(offsets[i])), b, acc[i]);
                    }
                    x = x.wrapping_add(lines.x_step);
                    d = d.wrapping_add(lines.d_step);
                }
            }
            for i in 0..I {
                let to = sums.add(i * LANES);
                s.store_to(to, if resume { s.add(s.load_from(to), acc[i]) } else { acc[i] });
            }
        }
    }
}
