//! Max and average pooling.

mod cpu;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
pub mod reference;
#[cfg(test)]
mod tests;

pub use cpu::{backward, forward};

use crate::cpu::map::Buffer;

/// A pool. Windows see only what is inside the input plus its padding; a maximum never sees padding, an average divides
/// by the part of the window that lies inside input plus padding.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// What it reads (no border needed).
    pub input: Buffer,
    /// What it writes.
    pub output: Buffer,
    /// Maximum or average.
    pub kind: Kind,
    /// Window size: height, width.
    pub kernel: [usize; 2],
    /// Stride.
    pub stride: [usize; 2],
    /// Padding: top, left, bottom, right.
    pub pad: [usize; 4],
}

/// Maximum or average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The largest; the gradient goes to the first of equals, row by row.
    Max,
    /// The mean.
    Average,
}

/// What one output position sees along one axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first input position.
    pub first: usize,
    /// The one behind the last.
    pub last: usize,
    /// Positions inside input plus padding: what an average divides by.
    pub count: usize,
}

impl Window {
    /// The window of output position `o` over `len` values with padding `before` and `after`.
    #[inline(always)]
    pub const fn new(o: usize, kernel: usize, stride: usize, before: usize, after: usize, len: usize) -> Self {
        // Positions are counted from the beginning of the padding.
        let start = o * stride;
        let end = min(start + kernel, before + len + after);
        let last = min(end.saturating_sub(before), len);
        Self { first: min(start.saturating_sub(before), last), last, count: end.saturating_sub(start) }
    }
}

#[inline(always)]
const fn min(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}
