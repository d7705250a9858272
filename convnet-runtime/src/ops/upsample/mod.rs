//! Larger maps by nearest neighbour or bilinear interpolation (half-pixel centres, as PyTorch's `align_corners=False`).

use crate::cpu::map::Buffer;

/// One stage.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// What it reads.
    pub input: Buffer,
    /// What it writes.
    pub output: Buffer,
    /// Times height, times width.
    pub factor: [usize; 2],
    /// Bilinear instead of nearest.
    pub bilinear: bool,
}
