//! Batch normalisation in scalars: the specification. `x` is samples of `channels` planes of `positions` values.

use crate::ops::real::Real;

/// Mean and variance per channel.
#[derive(Clone, Debug)]
pub struct Statistics<T> {
    /// The mean.
    pub mean: Vec<T>,
    /// The mean square distance from it: biased.
    pub variance: Vec<T>,
}

/// The statistics of a batch.
pub fn statistics<T: Real>(channels: usize, positions: usize, x: &[T]) -> Statistics<T> {
    let count = T::from_usize(x.len() / channels);
    let mean_of = |c: usize, f: &dyn Fn(T) -> T| {
        let channel = x.iter().enumerate().filter(|(i, _)| i / positions % channels == c);
        channel.map(|(_, &x)| f(x)).sum::<T>() / count
    };
    let mean: Vec<T> = (0..channels).map(|c| mean_of(c, &|x| x)).collect();
    let variance = (0..channels).map(|c| mean_of(c, &|x| (x - mean[c]) * (x - mean[c]))).collect();
    Statistics { mean, variance }
}

/// What the running statistics become after a batch of `count` values per channel; their variance is the unbiased one.
/// One value has none: the running variance then stays as it is.
pub fn update<T: Real>(running: &mut Statistics<T>, batch: &Statistics<T>, count: usize, momentum: T) {
    for (running, &batch) in running.mean.iter_mut().zip(&batch.mean) {
        *running = (T::ONE - momentum) * *running + momentum * batch;
    }
    if count > 1 {
        let unbias = T::from_usize(count) / T::from_usize(count - 1);
        for (running, &batch) in running.variance.iter_mut().zip(&batch.variance) {
            *running = (T::ONE - momentum) * *running + momentum * batch * unbias;
        }
    }
}

/// `y = (x - mean) / sqrt(variance + eps) * weight + bias`
pub fn forward<T: Real>(
    positions: usize,
    x: &[T],
    statistics: &Statistics<T>,
    weight: &[T],
    bias: &[T],
    eps: T,
) -> Vec<T> {
    let channels = weight.len();
    let channel = |i: usize| i / positions % channels;
    let normal = |i: usize, x: T| {
        let c = channel(i);
        (x - statistics.mean[c]) / (statistics.variance[c] + eps).sqrt() * weight[c] + bias[c]
    };
    x.iter().enumerate().map(|(i, &x)| normal(i, x)).collect()
}

/// The gradients of `x`, weight and bias, where the statistics are those of `x`.
pub fn backward<T: Real>(positions: usize, x: &[T], weight: &[T], eps: T, dy: &[T]) -> [Vec<T>; 3] {
    let channels = weight.len();
    let count = T::from_usize(x.len() / channels);
    let channel = |i: usize| i / positions % channels;
    let Statistics { mean, variance } = statistics(channels, positions, x);
    let scale = |c: usize| T::ONE / (variance[c] + eps).sqrt();
    let normal = |i: usize| (x[i] - mean[channel(i)]) * scale(channel(i));

    let mut dweight = vec![T::ZERO; channels];
    let mut dbias = vec![T::ZERO; channels];
    for (i, &dy) in dy.iter().enumerate() {
        dweight[channel(i)] += dy * normal(i);
        dbias[channel(i)] += dy;
    }
    let gradient = |i: usize| {
        let c = channel(i);
        weight[c] * scale(c) * (dy[i] - dbias[c] / count - normal(i) * dweight[c] / count)
    };
    [(0..x.len()).map(gradient).collect(), dweight, dbias]
}
