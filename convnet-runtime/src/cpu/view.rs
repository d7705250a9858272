//! A map at its address, for kernels whose threads write parts of it at the same time.

use super::map::Map;

/// A batch of volumes by address. Whoever dereferences promises that the batch is there and who else touches it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View {
    /// Position (0, 0) of sample 0 in the map's first block.
    base: *mut f32,
    /// From a sample to the next.
    pub sample: usize,
    /// From a block to the next.
    pub plane: usize,
    /// From a row to the next.
    pub row: usize,
    /// From a column to the next.
    pub lanes: usize,
    /// What lies there.
    pub map: Map,
}

// SAFETY: it is an address; whoever dereferences it promises that threads do not write what others use.
unsafe impl Send for View {}
// SAFETY: as above.
unsafe impl Sync for View {}

impl View {
    /// The map of a buffer that begins at `base`.
    ///
    /// # Panics
    /// If the map is no part of its buffer.
    #[inline]
    pub fn new(base: *mut f32, map: &Map) -> Self {
        assert!(map.first + map.own_blocks() <= map.blocks, "a map lies in its buffer");
        Self {
            base: base.wrapping_add(map.origin()),
            sample: map.sample(),
            plane: map.plane(),
            row: map.row(),
            lanes: map.lanes(),
            map: *map,
        }
    }

    /// The address of a position. Rows and columns may lie in the border.
    #[inline(always)]
    pub fn at(&self, sample: usize, block: usize, row: isize, column: isize) -> *mut f32 {
        self.base
            .wrapping_add(sample * self.sample + block * self.plane)
            .wrapping_offset(row * self.row as isize + column * self.lanes as isize)
    }

    /// The same without its first blocks.
    #[inline(always)]
    pub fn skip(self, blocks: usize) -> Self {
        Self { base: self.base.wrapping_add(blocks * self.plane), ..self }
    }

    /// Zero in the border of a plane.
    ///
    /// # Safety
    /// The sample and the block are there, and no other thread touches that border.
    pub unsafe fn clear_border(&self, sample: usize, block: usize) {
        let [top, left, bottom, right] = self.map.border;
        if top + left + bottom + right == 0 {
            return;
        }
        // SAFETY: the border of the plane, as far as the map says that it reaches.
        let fill = |at: *mut f32, len: usize| unsafe { at.write_bytes(0, len) };
        let [height, width] = [self.map.height, self.map.width];
        let (left_edge, first) = (-(left as isize), -(top as isize));
        fill(self.at(sample, block, first, left_edge), top * self.row);
        for y in 0..height as isize {
            fill(self.at(sample, block, y, left_edge), left * self.lanes);
            fill(self.at(sample, block, y, width as isize), right * self.lanes);
        }
        fill(self.at(sample, block, height as isize, left_edge), bottom * self.row);
    }
}
