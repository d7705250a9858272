//! Volumes behind each other along the depth.

mod cpu;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
pub mod reference;
#[cfg(test)]
mod tests;

pub use cpu::{backward, forward};

use crate::cpu::map::{Buffer, Gradient};

/// One stage. An input of which the map is already a part of the output's buffer is left where it is.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// What it reads, in order.
    pub inputs: &'static [Buffer],
    /// What it writes.
    pub output: Buffer,
}

/// The backward stage.
#[derive(Clone, Copy, Debug)]
pub struct Backward {
    /// The gradient of the output.
    pub output_gradient: Buffer,
    /// The gradient of each input that needs one, with the first channel of it in the output.
    pub input_gradients: &'static [(usize, Gradient)],
}
