//! A batch as a matrix.

use super::tile::MOST;
use crate::cpu::threads::{MOVE, Shared, parallel};
use crate::cpu::view::View;

/// Inputs whose weights are used for all samples while they are in the nearest cache.
pub const CHUNK: usize = 64;
/// Floats that a near cache has room for, wherever they lie.
const NEAR: usize = 1 << 13;

/// Samples whose floats lie one behind the other, or chunk by chunk.
#[derive(Clone, Copy)]
pub struct Samples {
    /// The first float of the first sample.
    pub x: *const f32,
    /// From a sample to the next.
    pub step: usize,
    /// From a chunk to the next.
    pub chunk_step: usize,
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
            return Self { x: volumes.at(0, 0, 0, 0), step: volumes.sample, chunk_step: CHUNK, count };
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
        Self { x: to, step: len, chunk_step: CHUNK, count }
    }

    /// The samples as the product of many of them reads them: copied so that a chunk of all of them is one piece, if there
    /// are more than a near cache has room for. Samples often lie a power of two apart, and a set of a cache holds but so
    /// many of them.
    ///
    /// # Safety
    /// As for `new`; `memory` gives so many floats and then leaves them alone.
    pub unsafe fn chunked(volumes: View, count: usize, len: usize, memory: impl FnOnce(usize) -> Shared) -> Self {
        let padded = len.next_multiple_of(CHUNK);
        if count * len <= NEAR || count <= MOST {
            // SAFETY: the caller's promise.
            return unsafe { Self::new(volumes, count, len, |floats| memory(floats).get()) };
        }
        let memory = memory(count * (padded + len));
        // SAFETY: the caller's promise; the second part of the memory is for samples without a border.
        let plain = unsafe { Self::new(volumes, count, len, |_| memory.get().add(count * padded)) };
        parallel(padded / CHUNK, MOVE * count * len, |i| {
            let floats = CHUNK.min(len - i * CHUNK);
            // SAFETY: the tasks have different chunks, and the samples so many floats.
            unsafe {
                let to = memory.part(i * count * CHUNK, count * CHUNK);
                for (n, to) in to.chunks_exact_mut(CHUNK).enumerate() {
                    plain.at(n, i * CHUNK).copy_to_nonoverlapping(to.as_mut_ptr(), floats);
                }
            }
        });
        Self { x: memory.get(), step: CHUNK, chunk_step: count * CHUNK, count }
    }

    /// The inputs of a sample from the beginning of a chunk on.
    #[inline(always)]
    pub fn at(&self, sample: usize, input: usize) -> *const f32 {
        self.x.wrapping_add(sample * self.step + input / CHUNK * self.chunk_step)
    }
}
