//! One tensor of parameters: its values in the order the kernels read, its gradient, the optimizer's state.

use crate::cpu::memory::Floats;
use crate::ops::conv::Geometry;

/// A tensor of parameters. Values lie as the kernels read them; `values` and `set` speak the order of weight files
/// (PyTorch's: filters as `[K, C / groups, H, W]`, fully connected as `[K, C * H * W]`).
#[derive(Clone)]
pub struct Parameter {
    shape: Vec<usize>,
    packing: Packing,
    /// What it is for: decides initialisation, training and weight decay.
    role: Role,
    pub(crate) value: Floats,
    /// Empty until the first training step; packed like the values.
    pub(crate) gradient: Floats,
    /// The optimizer's memory (velocity); empty until it is needed.
    pub(crate) state: Floats,
}

/// How values lie in memory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Packing {
    /// As in the file, zeros behind up to a multiple of 16.
    Plain,
    /// The filters of a convolution, packed for its algorithm.
    Filters(&'static Geometry),
    /// A bias per position, `[K, OH, OW]` in the file, `[k / 16][y][x][16]` in memory.
    Positions(&'static Geometry),
}

/// What a parameter is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Filters: random at first, trained, decays.
    Weight,
    /// Zero at first, trained, does not decay.
    Bias,
    /// A batch norm's weight: one at first, trained, does not decay.
    Scale,
    /// Zero at first, not trained by gradients.
    RunningMean,
    /// One at first, not trained by gradients.
    RunningVariance,
}
