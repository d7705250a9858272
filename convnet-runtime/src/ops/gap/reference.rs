//! Global average pooling in scalars: the specification.

use crate::ops::real::Real;

/// `x`: planes of `positions` values; gives one value per plane.
pub fn forward<T: Real>(positions: usize, x: &[T]) -> Vec<T> {
    x.chunks(positions).map(|plane| plane.iter().copied().sum::<T>() / T::from_usize(positions)).collect()
}

/// The gradient of `x`.
pub fn backward<T: Real>(positions: usize, dy: &[T]) -> Vec<T> {
    dy.iter().flat_map(|&dy| std::iter::repeat_n(dy / T::from_usize(positions), positions)).collect()
}
