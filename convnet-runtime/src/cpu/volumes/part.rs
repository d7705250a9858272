//! What one call of a job writes.

use std::marker::PhantomData;
use std::ops::Range;

use crate::cpu::map::{LANES, Map};
use crate::cpu::simd::Simd;

/// A part of a target: the rows `rows` of the blocks `blocks` of one sample.
#[derive(Debug)]
pub struct Part<'a> {
    /// Where the map's first block begins in this sample, and how many floats there are from there.
    pub(super) base: *mut f32,
    pub(super) len: usize,
    pub(super) map: Map,
    /// Add to what is there.
    pub accumulate: bool,
    /// Which sample of the batch.
    pub sample: usize,
    /// Blocks of the map, from 0 for the first of its own.
    pub(super) blocks: Range<usize>,
    /// Rows of the volume.
    pub(super) rows: Range<usize>,
    pub(super) borrow: PhantomData<&'a mut [f32]>,
}

impl Part<'_> {
    /// The target's layout.
    #[inline(always)]
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// Blocks of the map, from 0 for the first of its own.
    #[inline(always)]
    pub fn blocks(&self) -> Range<usize> {
        self.blocks.clone()
    }

    /// Rows of the volume.
    #[inline(always)]
    pub fn rows(&self) -> Range<usize> {
        self.rows.clone()
    }

    /// Channels of this block; the other lanes hold zero.
    #[inline(always)]
    pub fn depth(&self, block: usize) -> usize {
        (self.map.channels - block * self.map.lanes()).min(self.map.lanes())
    }

    /// One row without its border.
    ///
    /// # Panics
    /// If the row is not the part's own.
    #[inline(always)]
    pub fn row(&mut self, block: usize, y: usize) -> &mut [f32] {
        assert!(self.blocks.contains(&block) && self.rows.contains(&y), "a job writes its own part");
        let [top, left, ..] = self.map.border;
        let start = block * self.map.plane() + (top + y) * self.map.row() + left * self.map.lanes();
        self.floats(start, self.map.width * self.map.lanes())
    }

    /// One row of a blocked volume as vectors.
    #[inline(always)]
    pub fn vectors(&mut self, block: usize, y: usize) -> &mut [[f32; LANES]] {
        self.row(block, y).as_chunks_mut().0
    }

    /// The only row of a part of a target that is cut into rows: block, y.
    #[inline(always)]
    pub fn place(&self) -> (usize, usize) {
        (self.blocks.start, self.rows.start)
    }

    /// Zero at every position.
    #[inline(always)]
    pub fn clear(&mut self) {
        for block in self.blocks.clone() {
            for y in self.rows.clone() {
                self.row(block, y).fill(0.0);
            }
        }
    }

    /// Zero beside the rows, and above the first and below the last row of the volume.
    #[inline(always)]
    pub(super) fn clear_border(&mut self) {
        let [top, left, bottom, right] = self.map.border;
        if top + left + bottom + right == 0 {
            return;
        }
        let (row, lanes, height, width) = (self.map.row(), self.map.lanes(), self.map.height, self.map.width);
        for block in self.blocks.clone() {
            let plane = block * self.map.plane();
            if self.rows.start == 0 {
                self.floats(plane, top * row).fill(0.0);
            }
            for y in self.rows.clone() {
                let start = plane + (top + y) * row;
                self.floats(start, left * lanes).fill(0.0);
                self.floats(start + (left + width) * lanes, right * lanes).fill(0.0);
            }
            if self.rows.end == height {
                self.floats(plane + (top + height) * row, bottom * row).fill(0.0);
            }
        }
    }

    #[inline(always)]
    fn floats(&mut self, start: usize, len: usize) -> &mut [f32] {
        assert!(start + len <= self.len, "a part lies in its sample");
        // SAFETY: the floats lie in the sample (asserted). They belong to the part's rows or the border that goes with
        // these, which no other part has; `self` is borrowed for as long as the slice lives.
        unsafe { std::slice::from_raw_parts_mut(self.base.add(start), len) }
    }
}

/// Writes a vector, or adds it.
#[inline(always)]
pub fn put<S: Simd>(s: S, accumulate: bool, to: &mut [f32; LANES], v: S::V) {
    let v = if accumulate { s.add(s.load(to), v) } else { v };
    s.store(to, v);
}
