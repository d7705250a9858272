//! Sums in scalars: the specification.

use crate::ops::activation::{Activation, reference};
use crate::ops::real::Real;

/// `y = f(x1 + x2 + ..)`
pub fn forward<T: Real>(inputs: &[&[T]], activation: Activation) -> Vec<T> {
    let sum = |i: usize| inputs.iter().map(|x| x[i]).sum::<T>();
    (0..inputs[0].len()).map(|i| reference::apply(activation, sum(i))).collect()
}

/// The gradient of each input.
pub fn backward<T: Real>(activation: Activation, y: &[T], dy: &[T]) -> Vec<T> {
    reference::backward(activation, y, dy)
}
