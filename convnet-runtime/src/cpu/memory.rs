//! Floats at 64-byte boundaries, in large pages where they are many.

use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([f32; 16]);

/// A buffer of floats that begins at a 64-byte boundary; its length is a multiple of 16.
#[derive(Clone, Default)]
pub struct Floats {
    lines: Vec<Line>,
}

impl Floats {
    /// None.
    pub const fn new() -> Self {
        Self { lines: Vec::new() }
    }

    /// Zeros, `len` rounded up to a multiple of 16.
    pub fn zeros(len: usize) -> Self {
        let mut floats = Self::new();
        floats.grow(len);
        floats
    }

    /// Makes room for at least `len` floats; what is new is zero.
    pub fn grow(&mut self, len: usize) {
        if self.len() < len {
            let lines = len.div_ceil(16);
            self.lines.reserve_exact(lines - self.lines.len());
            large_pages(self.lines.spare_capacity_mut());
            self.lines.resize(lines, Line([0.0; 16]));
        }
    }
}

/// Asks for large pages before memory is used for the first time: with small ones a processor spends much of its time
/// on finding them.
#[cfg(target_os = "linux")]
fn large_pages(memory: &mut [MaybeUninit<Line>]) {
    use std::ffi::{c_int, c_void};
    unsafe extern "C" {
        fn madvise(address: *mut c_void, length: usize, advice: c_int) -> c_int;
    }
    const MADV_HUGEPAGE: c_int = 14;
    /// Of which there should be several.
    const LARGE: usize = 2 << 20;
    const SMALL: usize = 4 << 10;
    let start = memory.as_mut_ptr().cast::<u8>();
    let skip = start.align_offset(SMALL);
    let length = size_of_val(memory).saturating_sub(skip) / SMALL * SMALL;
    if length >= 2 * LARGE {
        // SAFETY: advice does not change what the memory holds, and the range lies in it; a refusal does not matter.
        unsafe { madvise(start.wrapping_add(skip).cast(), length, MADV_HUGEPAGE) };
    }
}

#[cfg(not(target_os = "linux"))]
fn large_pages(_: &mut [MaybeUninit<Line>]) {}

impl Deref for Floats {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        // SAFETY: a `Line` is 16 floats without padding (repr(C), size 64 = alignment), so n lines are 16 n floats.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.lines.len() * 16) }
    }
}

impl DerefMut for Floats {
    fn deref_mut(&mut self) -> &mut [f32] {
        // SAFETY: as in `deref`; the borrow is unique.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.lines.len() * 16) }
    }
}
