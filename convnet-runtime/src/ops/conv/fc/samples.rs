//! A batch as a matrix.

use std::cell::Cell;

use crate::cpu::memory::Floats;
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
    /// Calls `f` with the volumes, copied first if they have a border. A volume has `len` floats; if that is less than
    /// its whole blocks, the rest is left out.
    ///
    /// # Safety
    /// There are `count` volumes, and nobody writes there meanwhile.
    pub unsafe fn with<T>(volumes: View, count: usize, len: usize, f: impl FnOnce(Self) -> T) -> T {
        thread_local! {
            static GATHERED: Cell<Floats> = const { Cell::new(Floats::new()) };
        }
        if volumes.map.border == [0; 4] {
            return f(Self { x: volumes.at(0, 0, 0, 0), step: volumes.sample, count });
        }
        let mut floats = GATHERED.take();
        floats.grow(count * len);
        let planes = volumes.map.own_blocks();
        for (sample, to) in floats[..count * len].chunks_exact_mut(len).enumerate() {
            let mut rows = to.chunks_mut(volumes.map.width * volumes.lanes);
            for plane in 0..planes {
                for (row, to) in (0..volumes.map.height).zip(&mut rows) {
                    // SAFETY: the row lies in the volume; it is not longer than that.
                    let from =
                        unsafe { std::slice::from_raw_parts(volumes.at(sample, plane, row as isize, 0), to.len()) };
                    to.copy_from_slice(from);
                }
            }
        }
        let result = f(Self { x: floats.as_ptr(), step: len, count });
        GATHERED.set(floats);
        result
    }
}
