//! Convolution: `y[k, oy, ox] = b[k] + sum_{c, fy, fx} w[k, c, fy, fx] x[c, oy S + fy D - P, ox S + fx D - P]`.
//! Also depthwise (groups = depth) and fully connected (the filter covers the whole input).

mod backward;
mod bias_gradient;
#[cfg(feature = "cuda")]
pub(crate) mod cuda;
mod depthwise;
mod epilogue;
mod fc;
mod few;
mod few_columns;
mod few_tile;
mod finish;
mod forward;
mod held;
mod input_gradient;
mod method;
mod narrow;
pub mod pack;
mod phase;
mod places;
mod points;
mod pooled;
mod product;
mod reduce;
pub mod reference;
mod scatter;
mod span;
mod strassen;
mod sum_gradient;
mod sweep;
mod sweep_ahead;
mod sweep_plan;
mod sweep_task;
#[cfg(test)]
mod tests;
mod tile;
mod transpose;
mod weight_ahead;
mod weight_gradient;
mod weight_groups;
mod weight_positions;
mod weight_sum;
mod weight_task;
mod winograd;

pub use backward::backward;
pub use forward::{forward, forward_train};
pub use method::{ByBatch, Method};
pub(crate) use product::Product;

use crate::cpu::map::{Buffer, Gradient};
use crate::ops::activation::Activation;

/// Everything about a convolution but its place in memory. Pairs are (height, width).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// Height, width, depth of the input.
    pub input: [usize; 3],
    /// Height, width, depth of the output, before a fused pool; the depth is the number of filters.
    pub output: [usize; 3],
    /// Filter size.
    pub kernel: [usize; 2],
    /// Stride.
    pub stride: [usize; 2],
    /// Zeros at the top and left; those at the bottom and right follow from the output.
    pub pad: [usize; 2],
    /// Distance between the taps of a filter.
    pub dilation: [usize; 2],
    /// Groups: filter k sees the depth / groups channels of its own group.
    pub groups: usize,
    /// The bias.
    pub bias: Bias,
    /// Which kernel runs it, and so how its weights are packed.
    pub algorithm: Algorithm,
}

impl Geometry {
    /// One weight that nothing uses: what a network that is wrong is made of.
    pub const NOTHING: Self = Self {
        input: [1; 3],
        output: [1; 3],
        kernel: [1; 2],
        stride: [1; 2],
        pad: [0; 2],
        dilation: [1; 2],
        groups: 1,
        bias: Bias::Channel,
        algorithm: Algorithm::Blocked,
    };
}

/// What is added to the sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bias {
    /// Nothing.
    None,
    /// One number per filter.
    Channel,
    /// One number per filter and position.
    Position,
}

/// The kernel that runs a convolution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// Blocked input; weights `[k/16][c/16 of the group][fy][fx][16 c][16 k]`.
    Blocked,
    /// Planar input (groups 1); weights `[k/16][c][fy][fx][16 k]`.
    Planar,
    /// Blocked input, groups = depth = filters; weights `[c/16][fy][fx][16]`.
    Depthwise,
}

/// A fused forward stage: convolution, batch norm (folded, when the call gives one), `+ residual`, activation, 2x2 max
/// pool of stride 2 (an odd last row or column is dropped).
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// The convolution.
    pub geometry: Geometry,
    /// How its products are computed.
    pub method: ByBatch,
    /// A fully connected layer reads its weights in half precision.
    pub half: bool,
    /// What it reads; its border is at least as wide as the windows reach.
    pub input: Buffer,
    /// Added before the activation.
    pub residual: Option<Buffer>,
    /// After the sum.
    pub activation: Activation,
    /// 2x2 max pool of stride 2 at the end.
    pub pool: bool,
    /// What it writes.
    pub output: Buffer,
    /// In training with `pool`: where it is kept which of the four won, one word of 32 bits per channel block and
    /// position of the output, `blocks * height * width` of them per sample, rounded up to 16. Bit i says whether lane
    /// i's winner is on the right, bit 16 + i whether it is below.
    pub winners: Option<usize>,
}

/// The backward stage of a [`Stage`].
#[derive(Clone, Copy, Debug)]
pub struct Backward {
    /// What ran forward.
    pub stage: Stage,
    /// The gradient of the output (its map has the output's height, width and channels; its border is its own).
    pub output_gradient: Buffer,
    /// Scratch for the gradient of the sums, before pool and activation: blocked, with the border that
    /// the input's gradient reads. The same buffer as `output_gradient` where the stage has neither pool nor
    /// activation: the kernel then skips the pass.
    pub sum_gradient: Buffer,
    /// The gradient of the input, if anything upstream is trained.
    pub input_gradient: Option<Gradient>,
    /// The gradient of the residual.
    pub residual_gradient: Option<Gradient>,
    /// How the gradient of the input is computed.
    pub input_method: ByBatch,
    /// How the gradient of the weights is computed.
    pub weight_method: ByBatch,
    /// Whether the weights are trained.
    pub train_weights: bool,
    /// Add to the weights' gradient: they are shared, and another stage has written it.
    pub accumulate: bool,
}
