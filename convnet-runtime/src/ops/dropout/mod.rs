//! Dropout in training: an element survives with probability `1 - p` and is divided by it.

use crate::cpu::map::Buffer;

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
