//! A volume in another layout, with another border, at another place.

mod cpu;
#[cfg(test)]
mod tests;

pub use cpu::{backward, forward};
pub(crate) use cpu::{Channels, Rest, copy};

use crate::cpu::map::{Buffer, Gradient};

/// One stage.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// What it reads.
    pub input: Buffer,
    /// What it writes.
    pub output: Buffer,
}
