//! The weights as the product of samples and weights reads them: `[outputs / 16][inputs][16]`.

use std::ops::Range;

use super::tile::Weight;
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;
use crate::ops::conv::transpose::square;

/// A matrix. Its method must be `#[inline(always)]`.
pub trait Matrix: Sync {
    /// Its numbers.
    type Weight: Weight;
    /// Pieces are made in local memory.
    const MADE: bool;

    /// Some inputs of some blocks: their place, and the distance from a block to the next. `local` has room for them.
    ///
    /// # Safety
    /// The blocks and inputs are the matrix's. If pieces are made, the inputs begin with a multiple of 16.
    unsafe fn piece<S: Simd>(
        &self,
        s: S,
        blocks: Range<usize>,
        inputs: Range<usize>,
        local: *mut f32,
    ) -> (*const Self::Weight, usize);
}

/// Packed weights.
pub struct Packed<'a, W> {
    w: &'a [W],
    rows: usize,
}

impl<'a, W: Weight> Packed<'a, W> {
    /// So many blocks of so many inputs.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn new(w: &'a [W], blocks: usize, rows: usize) -> Self {
        assert!(w.len() >= blocks * rows * LANES, "the weights are the layer's");
        Self { w, rows }
    }
}

impl<W: Weight> Matrix for Packed<'_, W> {
    type Weight = W;
    const MADE: bool = false;

    #[inline(always)]
    unsafe fn piece<S: Simd>(
        &self,
        _: S,
        blocks: Range<usize>,
        inputs: Range<usize>,
        _: *mut f32,
    ) -> (*const W, usize) {
        (self.w.as_ptr().wrapping_add((blocks.start * self.rows + inputs.start) * LANES), self.rows * LANES)
    }
}

/// Packed weights in half precision, of which each piece is used for so many samples that it is made wide first.
pub struct Widened<'a> {
    w: &'a [u16],
    rows: usize,
}

impl<'a> Widened<'a> {
    /// So many blocks of so many inputs.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn new(w: &'a [u16], blocks: usize, rows: usize) -> Self {
        assert!(w.len() >= blocks * rows * LANES, "the weights are the layer's");
        Self { w, rows }
    }
}

impl Matrix for Widened<'_> {
    type Weight = f32;
    const MADE: bool = true;

    #[inline(always)]
    unsafe fn piece<S: Simd>(
        &self,
        s: S,
        blocks: Range<usize>,
        inputs: Range<usize>,
        local: *mut f32,
    ) -> (*const f32, usize) {
        let stream = inputs.len() * LANES;
        for (o, block) in blocks.enumerate() {
            let from = self.w.as_ptr().wrapping_add((block * self.rows + inputs.start) * LANES);
            for i in 0..inputs.len() {
                let from = from.wrapping_add(i * LANES);
                if i % <u16 as Weight>::ROWS == 0 {
                    // The next piece.
                    s.prefetch_far(from.wrapping_add(stream).cast());
                }
                // SAFETY: the caller's promise.
                unsafe { s.store_to(local.add(o * stream + i * LANES), u16::load(s, from)) };
            }
        }
        (local, stream)
    }
}

/// The transpose of packed weights, made piece by piece.
pub struct Transposed<'a> {
    w: &'a [f32],
    rows: usize,
}

impl<'a> Transposed<'a> {
    /// Of so many blocks of so many inputs.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn new(w: &'a [f32], blocks: usize, rows: usize) -> Self {
        assert!(w.len() >= blocks * rows * LANES, "the weights are the layer's");
        Self { w, rows }
    }
}

impl Matrix for Transposed<'_> {
    type Weight = f32;
    const MADE: bool = true;

    #[inline(always)]
    unsafe fn piece<S: Simd>(
        &self,
        s: S,
        blocks: Range<usize>,
        inputs: Range<usize>,
        local: *mut f32,
    ) -> (*const f32, usize) {
        let squares = inputs.len().div_ceil(LANES);
        let stream = squares * LANES * LANES;
        for k in 0..squares {
            for (o, block) in blocks.clone().enumerate() {
                let start = ((inputs.start / LANES + k) * self.rows + block * LANES) * LANES;
                let rows = LANES.min(self.rows - block * LANES);
                // The next piece lies far away.
                let next = self.w.as_ptr().wrapping_add(start + squares * self.rows * LANES);
                (0..rows).for_each(|row| s.prefetch_far(next.wrapping_add(row * LANES)));
                // SAFETY: the caller's promise.
                let to =
                    unsafe { std::slice::from_raw_parts_mut(local.add(o * stream + k * LANES * LANES), LANES * LANES) };
                square(s, &self.w[start..], LANES, rows, to);
            }
        }
        (local, stream)
    }
}
