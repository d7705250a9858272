//! Zero channels before and after the incoming ones.

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
    /// Zero channels before.
    pub before: usize,
}
