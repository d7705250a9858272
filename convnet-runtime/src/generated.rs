//! What generated code names, in one place. Not for use by hand.

pub use crate::cpu::map::{Buffer, Gradient};
pub use crate::cpu::run::Run;
pub use crate::cpu::workspaces::Workspaces;
pub use crate::layers::{BatchNorm, Conv};
pub use crate::network::{Backbone, BySample, Cost, Frame, Key, Layer, Network, budget};
pub use crate::ops::activation::Activation;
pub use crate::ops::{
    activation, add, bn, concat, conv, dropout, flatten, gap, lrn, maxout, network, pool, softmax, upsample, widen,
};
pub use crate::parameter::Parameter;
pub use crate::program;
pub use crate::shape::{Rounding, Shape, Side, stated};
pub use crate::tensor::Parts;
pub use typenum;

/// The place of a value that does not exist: in the type of a network that is wrong.
pub const NOWHERE: Buffer = Buffer::blocked(0, [1, 1, 1], [0; 4]);

/// The macro's arithmetic and the runtime's agree.
pub const fn extends(
    size: usize,
    kernel: usize,
    stride: usize,
    [before, after]: [usize; 2],
    dilation: usize,
    rounding: Rounding,
    output: usize,
) -> bool {
    match crate::shape::extent(size, kernel, stride, before, after, dilation, rounding) {
        Some(extent) => extent == output,
        None => false,
    }
}

/// The buffer, or [`NOWHERE`].
pub const fn buffer(buffer: Option<Buffer>) -> Buffer {
    match buffer {
        Some(buffer) => buffer,
        None => NOWHERE,
    }
}
