//! Local response normalisation: `y = x / (k + alpha / n * sum x^2)^beta`.

use crate::cpu::map::Buffer;

/// One stage.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// What it reads.
    pub input: Buffer,
    /// What it writes.
    pub output: Buffer,
    /// Channels in the sum, or the side of the square of positions when `within`.
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
