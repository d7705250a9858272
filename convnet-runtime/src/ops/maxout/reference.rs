//! Maxout in scalars: the specification.

use crate::ops::real::Real;

/// `x`: groups of `k` planes of `positions` values; gives a plane per group.
pub fn forward<T: Real>(k: usize, positions: usize, x: &[T]) -> Vec<T> {
    winners(k, positions, x).map(|i| x[i]).collect()
}

/// The gradient of `x`.
pub fn backward<T: Real>(k: usize, positions: usize, x: &[T], dy: &[T]) -> Vec<T> {
    let mut dx = vec![T::ZERO; x.len()];
    for (i, &dy) in winners(k, positions, x).zip(dy) {
        dx[i] += dy;
    }
    dx
}

/// The index of the largest of each group at each position, the first of equals.
fn winners<T: Real>(k: usize, positions: usize, x: &[T]) -> impl Iterator<Item = usize> {
    let groups = x.len() / (k * positions);
    (0..groups * positions).map(move |o| {
        let (group, position) = (o / positions, o % positions);
        let index = |j: usize| (group * k + j) * positions + position;
        (1..k).map(index).fold(index(0), |best, i| if x[i] > x[best] { i } else { best })
    })
}
