//! Widening in scalars: the specification.

use crate::ops::real::Real;

/// Samples of `len` values each become samples of `before + len + after` values.
pub fn forward<T: Real>(len: usize, before: usize, after: usize, x: &[T]) -> Vec<T> {
    let mut y = Vec::new();
    for sample in x.chunks(len) {
        y.extend(std::iter::repeat_n(T::ZERO, before));
        y.extend_from_slice(sample);
        y.extend(std::iter::repeat_n(T::ZERO, after));
    }
    y
}

/// The gradient of `x`.
pub fn backward<T: Real>(len: usize, before: usize, after: usize, dy: &[T]) -> Vec<T> {
    dy.chunks(before + len + after).flat_map(|sample| &sample[before..before + len]).copied().collect()
}
