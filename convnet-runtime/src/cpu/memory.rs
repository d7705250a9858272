//! Floats at 64-byte boundaries.

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
        Self { lines: vec![Line([0.0; 16]); len.div_ceil(16)] }
    }

    /// Makes room for at least `len` floats; what is new is zero.
    pub fn grow(&mut self, len: usize) {
        if self.len() < len {
            self.lines.resize(len.div_ceil(16), Line([0.0; 16]));
        }
    }
}

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
