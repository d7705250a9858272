//! Max and average pooling.

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
