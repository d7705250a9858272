//! Floats at 64-byte boundaries, in large pages where they are many.

use std::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use std::ops::{Deref, DerefMut};
use std::ptr::NonNull;

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

/// A buffer of floats that begins at a 64-byte boundary; its length is a multiple of 16.
pub struct Floats {
    /// Initialised lines, of which none are allocated if there are none.
    start: NonNull<Line>,
    lines: usize,
}

// SAFETY: it owns what it points to, as a `Vec` does.
unsafe impl Send for Floats {}
// SAFETY: as above.
unsafe impl Sync for Floats {}

impl Floats {
    /// None.
    pub const fn new() -> Self {
        Self { start: NonNull::dangling(), lines: 0 }
    }

    /// Zeros, `len` rounded up to a multiple of 16.
    pub fn zeros(len: usize) -> Self {
        Self::with(&[], len.div_ceil(16))
    }

    /// Makes room for at least `len` floats; what is new is zero.
    pub fn grow(&mut self, len: usize) {
        if self.len() < len {
            *self = Self::with(self, len.div_ceil(16));
        }
    }

    /// So many lines: these floats, which fill some of them, and zeros.
    fn with(floats: &[f32], lines: usize) -> Self {
        assert!(floats.len() <= lines * 16, "there is room for the floats");
        if lines == 0 {
            return Self::new();
        }
        let layout = layout(lines);
        // SAFETY: there are lines, and so the layout has a size.
        let memory = unsafe { alloc(layout) };
        // The layout is that of lines.
        #[allow(clippy::cast_ptr_alignment)]
        let Some(start) = NonNull::new(memory.cast::<Line>()) else { handle_alloc_error(layout) };
        if layout.align() == LARGE {
            large_pages(memory, layout.size());
        }
        let to = start.as_ptr().cast::<f32>();
        // SAFETY: there is room for 16 floats a line (asserted above), in new memory; then all of them are initialised.
        unsafe {
            to.copy_from_nonoverlapping(floats.as_ptr(), floats.len());
            to.add(floats.len()).write_bytes(0, lines * 16 - floats.len());
        }
        Self { start, lines }
    }
}

impl Default for Floats {
    fn default() -> Self {
        Self::new()
    }
}

impl Clone for Floats {
    fn clone(&self) -> Self {
        Self::with(self, self.lines)
    }
}

impl Drop for Floats {
    fn drop(&mut self) {
        if self.lines > 0 {
            // SAFETY: `with` has allocated it with this layout.
            unsafe { dealloc(self.start.as_ptr().cast(), layout(self.lines)) };
        }
    }
}

/// The bytes of a large page.
const LARGE: usize = 2 << 20;

/// Where buffers lie: those that fill half of a large page have such pages alone. With small ones a processor spends much of its
/// time on finding them.
///
/// # Panics
/// If there are more lines than memory can have.
fn layout(lines: usize) -> Layout {
    let whole = Layout::array::<Line>(lines).and_then(|layout| match layout.size() {
        size if cfg!(target_os = "linux") && size >= LARGE / 2 => Ok(layout.align_to(LARGE)?.pad_to_align()),
        _ => Ok(layout),
    });
    whole.expect("a buffer is smaller than the memory")
}

/// Asks for large pages before memory is used for the first time.
#[cfg(target_os = "linux")]
fn large_pages(memory: *mut u8, length: usize) {
    use std::ffi::{c_int, c_void};
    unsafe extern "C" {
        fn madvise(address: *mut c_void, length: usize, advice: c_int) -> c_int;
    }
    const MADV_HUGEPAGE: c_int = 14;
    // SAFETY: advice does not change what the memory holds, and the range lies in it; a refusal does not matter.
    unsafe { madvise(memory.cast(), length, MADV_HUGEPAGE) };
}

#[cfg(not(target_os = "linux"))]
fn large_pages(_: *mut u8, _: usize) {}

impl Deref for Floats {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: a `Line` is 16 floats without padding (repr(C), size 64 = alignment), so n lines are 16 n floats.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr().cast(), self.lines * 16) }
    }
}

impl DerefMut for Floats {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `deref`; the borrow is unique.
        unsafe { std::slice::from_raw_parts_mut(self.start.as_ptr().cast(), self.lines * 16) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_grow_and_keep_what_they_hold() {
        let mut floats = Floats::new();
        assert!(floats.is_empty() && Floats::zeros(0).clone().is_empty());
        for len in [1, 16, 1000, LARGE / 8 - 16, LARGE / 8, LARGE / 4 + 1, 3 * LARGE / 4] {
            let before = floats.to_vec();
            floats.grow(len);
            assert_eq!(floats.len(), len.next_multiple_of(16));
            assert_eq!(floats[..before.len()], before);
            assert!(floats[before.len()..].iter().all(|&x| x == 0.0));
            assert_eq!(floats.as_ptr().align_offset(align_of::<Line>()), 0);
            floats.fill(len as f32);
            assert_eq!(*floats.clone(), *floats);
        }
        let large = floats.len();
        floats.grow(1);
        assert_eq!(floats.len(), large);
    }
}
