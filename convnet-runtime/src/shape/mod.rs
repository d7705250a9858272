//! Shapes: as types, as the formula in numbers, as the formula in types.

mod formula;
mod sentence;
pub mod typed;

pub use formula::{Rounding, extent, same_padding};
#[doc(hidden)]
pub use sentence::{Sentence, Side, agree, stated};

/// A volume of height x width x depth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Volume<const H: usize, const W: usize, const C: usize>;

/// A vector of features, which has no place in space.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features<const N: usize>;

/// What a tensor's samples look like.
pub trait Shape: Copy + Send + Sync + 'static {
    /// Rows.
    const HEIGHT: usize;
    /// Columns.
    const WIDTH: usize;
    /// Channels.
    const DEPTH: usize;
    /// Values in one sample.
    const LEN: usize = Self::HEIGHT * Self::WIDTH * Self::DEPTH;
    /// As one writes it: height, width, depth of a volume, or the number of features.
    const DIMENSIONS: &'static [usize];
}

impl<const H: usize, const W: usize, const C: usize> Shape for Volume<H, W, C> {
    const HEIGHT: usize = H;
    const WIDTH: usize = W;
    const DEPTH: usize = C;
    const DIMENSIONS: &'static [usize] = &[H, W, C];
}

impl<const N: usize> Shape for Features<N> {
    const HEIGHT: usize = 1;
    const WIDTH: usize = 1;
    const DEPTH: usize = N;
    const DIMENSIONS: &'static [usize] = &[N];
}

/// `28x28x1`, or `784` for features.
pub(crate) fn text<V: Shape>() -> String {
    V::DIMENSIONS.iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}
