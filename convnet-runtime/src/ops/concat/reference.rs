//! Concatenation in scalars: the specification.

use crate::ops::real::Real;

/// Each input with the length of its samples; gives the samples behind each other.
pub fn forward<T: Real>(inputs: &[(usize, &[T])]) -> Vec<T> {
    let batch = inputs[0].1.len() / inputs[0].0;
    (0..batch).flat_map(|n| inputs.iter().flat_map(move |&(len, x)| &x[n * len..(n + 1) * len])).copied().collect()
}

/// The part of the gradient that belongs to an input of `len` values per sample, `first` values into it.
pub fn backward<T: Real>(sample: usize, first: usize, len: usize, dy: &[T]) -> Vec<T> {
    dy.chunks(sample).flat_map(|dy| &dy[first..first + len]).copied().collect()
}
