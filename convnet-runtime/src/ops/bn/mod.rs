//! Batch normalisation: `y = (x - mean) / sqrt(var + eps) * weight + bias`, PyTorch's rules. In training, mean and
//! variance are the batch's, over samples and positions (Ioffe and Szegedy 2015).
//!
//! One value per channel has variance 0, so that `y = bias`; it moves the running mean and leaves the running variance
//! as it is (PyTorch refuses such a batch).

mod cpu;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
mod gradient;
mod moments;
pub mod reference;
#[cfg(test)]
mod tests;

pub use cpu::{forward, forward_train};
pub(crate) use gradient::Line;
pub use gradient::backward;

use crate::cpu::map::Buffer;

/// One stage.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// What it reads.
    pub input: Buffer,
    /// What it writes.
    pub output: Buffer,
    /// Added before the activation.
    pub residual: Option<Buffer>,
    /// After the sum.
    pub activation: super::activation::Activation,
    /// Added to the variance.
    pub eps: f32,
    /// Weight of the batch in the running statistics.
    pub momentum: f32,
    /// In training: where mean and variance of the batch are kept, `4 * blocks * 16` floats (per sample, of which the
    /// first sample's are used). Nothing where the stage runs with running statistics.
    pub statistics: Option<usize>,
}

/// The backward stage.
#[derive(Clone, Copy, Debug)]
pub struct Backward {
    /// What ran forward. Without `statistics`, the gradient is that of normalising with the running ones.
    pub stage: Stage,
    /// The gradient of the output.
    pub output_gradient: Buffer,
    /// The gradient of the input.
    pub input_gradient: Option<crate::cpu::map::Gradient>,
    /// The gradient of the residual.
    pub residual_gradient: Option<crate::cpu::map::Gradient>,
    /// Whether weight and bias are trained.
    pub train_weights: bool,
    /// Add to the weights' gradient.
    pub accumulate: bool,
}
