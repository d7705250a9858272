//! Convolutions of 3x3 and 5x5 filters and stride 1 with fewer products: Winograd's minimal filtering.
//!
//! Tiles are [`squares`] of the output, which go through the steps of [`points`](super::points), or [`columns`] of it.
//!
//! All of it is rounded in `f32`. Relative to the exact sums (l2), of layers with 64 to 512 channels, F(2x2) is wrong by less
//! than 1e-6, F(4x4), and F(2x2) and F(4x1) of 5x5 filters, by less than 2e-6 and F(6x6) by less than 1e-5; the tap by tap sums are by less than 1e-6.

mod ahead;
pub mod columns;
mod filters;
pub mod five;
mod forward;
pub mod grid;
pub mod input;
mod input_gradient;
mod output;
mod output_gradient;
mod squares;
pub mod transform;
mod weight_gradient;

pub use forward::forward;
pub use input_gradient::input_gradient;
pub use weight_gradient::weight_gradient;

use super::{Algorithm, Geometry, Method};
use crate::cpu::map::LANES;

/// F(size x size, taps x taps).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiling {
    /// Outputs of a tile in a direction.
    pub size: usize,
    /// Taps of a filter in a direction.
    pub taps: usize,
}

impl Tiling {
    /// Points of a tile.
    pub fn points(self) -> usize {
        (self.size + self.taps - 1).pow(2)
    }
}

/// The tiles, if a convolution can be computed by a method that has some.
pub fn tiling(method: Method, geometry: &Geometry) -> Option<Tiling> {
    let size = match method {
        Method::Direct | Method::Strassen | Method::Winograd4x1 => return None,
        Method::Winograd2 => 2,
        Method::Winograd4 => 4,
        Method::Winograd6 => 6,
    };
    let Geometry { kernel, stride, dilation, algorithm, .. } = geometry;
    let taps = match (*kernel, size) {
        ([3, 3], _) => 3,
        ([5, 5], 2) => 5,
        _ => return None,
    };
    let fits = (*stride, *dilation, *algorithm) == ([1, 1], [1, 1], Algorithm::Blocked);
    (fits && apart(geometry) && !geometry.is_whole()).then_some(Tiling { size, taps })
}

/// Channels and filters of a group.
fn sides(geometry: &Geometry) -> [usize; 2] {
    [geometry.input[2], geometry.output[2]].map(|channels| channels / geometry.groups)
}

/// Whether no block of channels or filters is in several groups.
fn apart(geometry: &Geometry) -> bool {
    geometry.groups == 1 || sides(geometry).iter().all(|channels| channels.is_multiple_of(LANES))
}

/// Runs a kernel that is generic over the transform for a tiling: its struct's fields but `transform`.
macro_rules! by_tiling {
    ($s:expr, $tiling:expr, $kernel:ident { $($fields:tt)* }) => {{
        use crate::ops::conv::winograd::five;
        use crate::ops::conv::winograd::transform::{F2, F4, F6};
        use std::marker::PhantomData;
        match ($tiling.size, $tiling.taps) {
            (2, 5) => $s.vectorize($kernel::<five::F2, 2, 6, 5> { transform: PhantomData, $($fields)* }),
            (2, _) => $s.vectorize($kernel::<F2, 2, 4, 3> { transform: PhantomData, $($fields)* }),
            (4, _) => $s.vectorize($kernel::<F4, 4, 6, 3> { transform: PhantomData, $($fields)* }),
            _ => $s.vectorize($kernel::<F6, 6, 8, 3> { transform: PhantomData, $($fields)* }),
        }
    }};
}
use by_tiling;
