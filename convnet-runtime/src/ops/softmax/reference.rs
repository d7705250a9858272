//! Softmax in scalars: the specification.

use crate::ops::real::Real;

/// `x`: samples of `channels` planes of `positions` values. `y = exp(x) / sum exp(x)` over the channels.
pub fn forward<T: Real>(channels: usize, positions: usize, x: &[T]) -> Vec<T> {
    let mut y = vec![T::ZERO; x.len()];
    for (sample, x) in x.chunks(channels * positions).enumerate() {
        for position in 0..positions {
            let at = |c: usize| c * positions + position;
            let top = (0..channels).fold(T::NEG_INFINITY, |top, c| top.max(x[at(c)]));
            let sum = (0..channels).map(|c| (x[at(c)] - top).exp()).sum::<T>();
            for c in 0..channels {
                y[sample * channels * positions + at(c)] = (x[at(c)] - top).exp() / sum;
            }
        }
    }
    y
}
