//! Dropout in training: an element survives with probability `1 - p` and is divided by it
//! (Srivastava et al. 2014).

mod cpu;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
pub mod reference;
#[cfg(test)]
mod tests;

pub use cpu::{backward, forward_train};

use crate::cpu::map::Buffer;
use crate::train::random::{GOLDEN, mix};

/// One stage.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// What it reads.
    pub input: Buffer,
    /// What it writes.
    pub output: Buffer,
    /// Probability of being dropped.
    pub p: f32,
    /// The layer's number, which names its random numbers.
    pub layer: u64,
}

/// Which elements survive: element i of the batch in NCHW order has the i-th number of a SplitMix64 generator (Steele,
/// Lea and Flood 2014) that begins at a hash of seed and layer, so that no order of evaluation matters.
#[derive(Clone, Copy, Debug)]
pub struct Mask {
    start: u64,
    p: f32,
    /// `p` in units of 2^-24.
    pub(crate) threshold: u64,
}

impl Mask {
    /// The mask of one layer in one pass.
    pub const fn new(seed: u64, layer: u64, p: f32) -> Self {
        let start = mix(mix(seed.wrapping_add(GOLDEN)) ^ layer.wrapping_mul(GOLDEN));
        Self { start, p, threshold: (p as f64 * 16_777_216.0) as u64 }
    }

    /// Probability of being dropped.
    pub const fn p(&self) -> f32 {
        self.p
    }

    /// Whether element `i` survives.
    #[inline(always)]
    pub const fn survives(&self, i: u64) -> bool {
        mix(self.start.wrapping_add(i.wrapping_add(1).wrapping_mul(GOLDEN))) >> 40 >= self.threshold
    }
}
