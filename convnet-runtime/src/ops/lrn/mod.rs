//! Local response normalisation: `y = x / (k + alpha / n * sum x^2)^beta`
//! (Krizhevsky, Sutskever and Hinton 2012, with the sum divided by n as in Caffe and PyTorch).

mod across;
mod cpu;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
pub mod reference;
#[cfg(test)]
mod tests;
mod within;

pub use cpu::{backward, forward};

use crate::cpu::map::Buffer;

/// One stage.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// What it reads.
    pub input: Buffer,
    /// What it writes.
    pub output: Buffer,
    /// The numbers of the formula.
    pub rule: Rule,
}

/// The numbers of the formula.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    /// Channels in the sum, or the side of the square of positions when `within`; odd.
    pub n: usize,
    /// Weight of the mean square.
    pub alpha: f32,
    /// Exponent.
    pub beta: f32,
    /// Constant.
    pub k: f32,
    /// Over n x n positions of one channel (zero padded, divided by n^2) instead of n channels.
    pub within: bool,
}

impl Rule {
    /// What the sum of squares is divided by.
    pub const fn count(&self) -> usize {
        if self.within { self.n * self.n } else { self.n }
    }
}
