//! Another network used as a layer.

mod cpu;
#[cfg(test)]
mod tests;

pub use cpu::{backward, forward, forward_train};

use crate::cpu::map::Buffer;

/// One stage.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// What the outer network gives.
    pub input: Buffer,
    /// Where the inner network's output goes.
    pub output: Buffer,
    /// Which of the workspaces in the outer network's is the inner's.
    pub slot: usize,
}

/// What tells the random numbers of the network in a slot from the outer network's.
pub(crate) const fn slot_seed(slot: usize) -> u64 {
    crate::train::random::mix(slot as u64 + 1)
}
