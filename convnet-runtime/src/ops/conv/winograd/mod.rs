//! Convolutions of 3x3 filters and stride 1 with fewer products: Winograd's minimal filtering.
//!
//! The output is cut into tiles. At each of its points a tile is a product of matrices: the tiles' channels by the filters'
//! channels. So a block of tiles goes through three steps, each from and to memory that stays in a near cache:
//!
//! | | from | to |
//! | --- | --- | --- |
//! | [`input`] | the volume | V `[point][c / 16][tile][16]` |
//! | products | V and U, the transformed [`filters`] | M `[point][k / 16][tile][16]` |
//! | [`output`] | M | rows of sums, for a [`Sink`](super::sweep::Sink) |
//!
//! All of it is rounded in `f32`. Relative to the exact sums (l2), of layers with 64 to 512 channels, F(2x2) is wrong by less
//! than 1e-6, F(4x4) by less than 2e-6 and F(6x6) by less than 1e-5; the tap by tap sums are by less than 1e-6.

mod ahead;
mod blocks;
mod convolution;
mod filters;
mod forward;
pub mod grid;
pub mod input;
mod input_gradient;
mod output;
mod output_gradient;
pub mod transform;
mod weight_gradient;

pub use forward::forward;
pub use input_gradient::input_gradient;
pub use weight_gradient::weight_gradient;

use super::{Algorithm, Geometry, Method};

/// The tile size, if a convolution can be computed by a method that has one.
pub fn tile(method: Method, geometry: &Geometry) -> Option<usize> {
    let size = match method {
        Method::Direct => return None,
        Method::Winograd2 => 2,
        Method::Winograd4 => 4,
        Method::Winograd6 => 6,
    };
    let Geometry { kernel, stride, dilation, groups, algorithm, .. } = geometry;
    let fits = (*kernel, *stride, *dilation, *groups, *algorithm) == ([3, 3], [1, 1], [1, 1], 1, Algorithm::Blocked);
    (fits && !geometry.is_whole()).then_some(size)
}

/// Runs a kernel that is generic over the transform for a tile size: its struct's fields but `transform`.
macro_rules! by_size {
    ($s:expr, $size:expr, $kernel:ident { $($fields:tt)* }) => {{
        use crate::ops::conv::winograd::transform::{F2, F4, F6};
        use std::marker::PhantomData;
        match $size {
            2 => $s.vectorize($kernel::<F2, 2, 4> { transform: PhantomData, $($fields)* }),
            4 => $s.vectorize($kernel::<F4, 4, 6> { transform: PhantomData, $($fields)* }),
            _ => $s.vectorize($kernel::<F6, 6, 8> { transform: PhantomData, $($fields)* }),
        }
    }};
}
use by_size;
