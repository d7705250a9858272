//! The sum of volumes, with an activation.

mod cpu;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
pub mod reference;
#[cfg(test)]
mod tests;

pub use cpu::{backward, forward};

use crate::cpu::map::{Buffer, Gradient};

/// One stage.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// What it reads, two or more.
    pub inputs: &'static [Buffer],
    /// What it writes.
    pub output: Buffer,
    /// After the sum.
    pub activation: super::activation::Activation,
}

/// The backward stage.
#[derive(Clone, Copy, Debug)]
pub struct Backward {
    /// What ran forward.
    pub stage: Stage,
    /// The gradient of the output.
    pub output_gradient: Buffer,
    /// The gradient of each input that needs one.
    pub input_gradients: &'static [Gradient],
}
