//! What the code that `network!` generates names. Not for people, and not stable.

pub use typenum;

pub use crate::cpu::map::{Buffer, Gradient};
pub use crate::cpu::run::Run;
pub use crate::cpu::workspaces::Workspaces;
pub use crate::layers::{BatchNorm, Conv};
pub use crate::network::{Backbone, Frame, Key, Layer, Network};
pub use crate::ops::activation::Activation;
pub use crate::ops::{
    activation, add, bn, concat, conv, dropout, flatten, gap, lrn, maxout, network, pool, softmax, upsample, widen,
};
pub use crate::parameter::Parameter;
pub use crate::shape::{Rounding, Sentence, Shape, agree, extent, same_padding};

/// A buffer that nothing lies in.
pub const NOWHERE: Buffer = Buffer::blocked(0, [0; 3], [0; 4]);

/// The buffer, or [`NOWHERE`].
pub const fn buffer(buffer: Option<Buffer>) -> Buffer {
    match buffer {
        Some(buffer) => buffer,
        None => NOWHERE,
    }
}
