//! Larger maps by nearest neighbour or bilinear interpolation (half-pixel centres, as PyTorch's `align_corners=False`).

mod cpu;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
pub mod reference;
#[cfg(test)]
mod tests;

pub use cpu::{backward, forward};

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

/// The input positions that one output position mixes along one axis, at most two.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tap {
    /// The nearer to the beginning.
    pub first: usize,
    /// The other; the same where there is only one.
    pub second: usize,
    /// Weight of the second; the first has the rest.
    pub weight: f32,
}

impl Tap {
    /// What output position `o` sees of `len` values.
    #[inline(always)]
    pub fn new(o: usize, len: usize, factor: usize, bilinear: bool) -> Self {
        if !bilinear {
            return Self { first: o / factor, second: o / factor, weight: 0.0 };
        }
        let at = ((o as f32 + 0.5) / factor as f32 - 0.5).max(0.0);
        let first = at as usize;
        Self { first, second: (first + 1).min(len - 1), weight: at - first as f32 }
    }

    /// Both positions with their weights.
    #[inline(always)]
    pub fn weights(self) -> [(usize, f32); 2] {
        [(self.first, 1.0 - self.weight), (self.second, self.weight)]
    }

    /// The weight of input position `i`.
    #[inline(always)]
    pub fn weight_of(self, i: usize) -> f32 {
        self.weights().into_iter().filter(|&(at, _)| at == i).map(|(_, weight)| weight).sum()
    }
}
