//! Elementwise activations; the gradient of each follows from its output.

mod cpu;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
pub mod reference;
#[cfg(test)]
mod tests;
mod vector;

pub(crate) use cpu::gradient;
pub use cpu::{backward, forward};

use crate::cpu::map::Buffer;

/// `y = f(x)`, elementwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// `x`
    Identity,
    /// `max(0, x)`
    Relu,
    /// `x` if positive, else slope x
    LeakyRelu(f32),
    /// `x` if positive, else a (exp(x) - 1)
    Elu(f32),
    /// `1 / (1 + exp(-x))`
    Sigmoid,
    /// `tanh(x)`
    Tanh,
    /// `min(max(0, x), top)`
    ClippedRelu(f32),
}

/// An activation that no other stage could take in.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// What it reads.
    pub input: Buffer,
    /// What it writes.
    pub output: Buffer,
    /// The function.
    pub activation: Activation,
}
