//! Maximum over channels `k j .. k j + k - 1`; the gradient goes to the first of equals (Goodfellow et al. 2013).

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
    /// Channels per unit.
    pub k: usize,
}
