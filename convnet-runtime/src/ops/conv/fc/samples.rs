//! A batch as a matrix.

use crate::cpu::view::View;

/// Samples whose floats lie one behind the other.
#[derive(Clone, Copy)]
pub struct Samples {
    /// The first float of the first sample.
    pub x: *const f32,
    /// From a sample to the next.
    pub step: usize,
    /// Samples.
    pub count: usize,
}

// SAFETY: what the address points to is only read.
unsafe impl Sync for Samples {}

impl Samples {
    /// The volumes, copied to `memory` first if they have a border: so many floats. A sample has `len` floats; if that is
    /// less than its whole blocks, the rest is left out.
    ///
    /// # Safety
    /// There are `count` volumes, nobody writes there meanwhile, and the memory is there.
    pub unsafe fn new(volumes: View, count: usize, len: usize, memory: impl FnOnce(usize) -> *mut f32) -> Self {
        if volumes.map.border == [0; 4] {
            return Self { x: volumes.at(0, 0, 0, 0), step: volumes.sample, count };
        }
        let to = memory(count * len);
        let row = volumes.map.width * volumes.lanes;
        for sample in 0..count {
            for at in (0..len).step_by(row) {
                let (plane, y) = (at / row / volumes.map.height, at / row % volumes.map.height);
                let from = volumes.at(sample, plane, y as isize, 0);
                // SAFETY: the row lies in the volume and has no more than that many floats; the memory is there.
                unsafe { from.copy_to_nonoverlapping(to.add(sample * len + at), row.min(len - at)) };
            }
        }
        Self { x: to, step: len, count }
    }
}
