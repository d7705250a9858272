//! Convolutions of 3x3 filters and stride 1 with fewer products: Winograd's minimal filtering.

pub mod grid;
pub mod input;
pub mod transform;
