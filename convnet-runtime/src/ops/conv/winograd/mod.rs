//! Convolutions of 3x3 filters and stride 1 with fewer products: Winograd's minimal filtering.

mod grid;
mod input;
mod output_gradient;
pub mod transform;
mod weight_gradient;

pub use weight_gradient::weight_gradient;

use super::{Algorithm, Geometry};

/// Whether the tiles are for this convolution.
pub fn fits(geometry: &Geometry) -> bool {
    geometry.kernel == [3, 3]
        && geometry.stride == [1, 1]
        && geometry.dilation == [1, 1]
        && geometry.groups == 1
        && geometry.algorithm == Algorithm::Blocked
}
