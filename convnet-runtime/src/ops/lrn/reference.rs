//! Local response normalisation in scalars: the specification.

use super::Rule;
use crate::ops::real::Real;

/// Samples of channels x height x width.
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// Channels, height, width.
    pub volume: [usize; 3],
    /// The numbers of the formula.
    pub rule: Rule,
}

impl Geometry {
    /// The indices in the sum at index `i`; `j` is among those of `i` exactly where `i` is among those of `j`.
    fn neighbours(&self, i: usize) -> Vec<usize> {
        let [channels, h, w] = self.volume;
        let around = |at: usize, len: usize| at.saturating_sub(self.rule.n / 2)..(at + self.rule.n / 2 + 1).min(len);
        let (sample, c, y, x) = (i / (channels * h * w), i / (h * w) % channels, i / w % h, i % w);
        let index = |c: usize, y: usize, x: usize| ((sample * channels + c) * h + y) * w + x;
        if self.rule.within {
            around(y, h).flat_map(|y| around(x, w).map(move |x| index(c, y, x))).collect()
        } else {
            around(c, channels).map(|c| index(c, y, x)).collect()
        }
    }

    /// `s = k + alpha / n * sum x^2`
    fn scales<T: Real>(&self, x: &[T]) -> Vec<T> {
        let k = T::from_f64(f64::from(self.rule.k));
        let weight = T::from_f64(f64::from(self.rule.alpha)) / T::from_usize(self.rule.count());
        let scale = |i: usize| k + weight * self.neighbours(i).iter().map(|&j| x[j] * x[j]).sum::<T>();
        (0..x.len()).map(scale).collect()
    }
}

/// `y = x s^-beta`
pub fn forward<T: Real>(geometry: &Geometry, x: &[T]) -> Vec<T> {
    let beta = T::from_f64(f64::from(geometry.rule.beta));
    x.iter().zip(geometry.scales(x)).map(|(&x, s)| x * s.powf(-beta)).collect()
}

/// `dx_i = dy_i s_i^-beta - 2 alpha beta / n x_i sum_j dy_j x_j s_j^(-beta-1)`, j over the sums that `x_i` is part of.
pub fn backward<T: Real>(geometry: &Geometry, x: &[T], dy: &[T]) -> Vec<T> {
    let rule = &geometry.rule;
    let beta = T::from_f64(f64::from(rule.beta));
    let weight = T::from_f64(2.0 * f64::from(rule.alpha)) * beta / T::from_usize(rule.count());
    let s = geometry.scales(x);
    let term = |j: usize| dy[j] * x[j] * s[j].powf(-beta - T::ONE);
    let gradient = |i: usize| {
        let sum = geometry.neighbours(i).into_iter().map(term).sum::<T>();
        dy[i] * s[i].powf(-beta) - weight * x[i] * sum
    };
    (0..x.len()).map(gradient).collect()
}
