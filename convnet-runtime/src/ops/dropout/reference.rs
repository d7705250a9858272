//! Dropout in scalars: the specification. Its own gradient: `dx = forward(dy)`.

use super::Mask;
use crate::ops::real::Real;

/// Element i of the batch survives, divided by `1 - p`, or becomes zero.
pub fn forward<T: Real>(mask: &Mask, x: &[T]) -> Vec<T> {
    let scale = T::ONE / (T::ONE - T::from_f64(f64::from(mask.p())));
    (0u64..).zip(x).map(|(i, &x)| if mask.survives(i) { x * scale } else { T::ZERO }).collect()
}
