//! Upsampling in scalars: the specification.

use super::Tap;
use crate::ops::real::Real;

/// `x`: planes of `input` (height, width); gives planes `factor` times as large.
pub fn forward<T: Real>(input: [usize; 2], factor: [usize; 2], bilinear: bool, x: &[T]) -> Vec<T> {
    let mut y = vec![T::ZERO; x.len() * factor[0] * factor[1]];
    each(input, factor, bilinear, x.len(), |i, o, weight: T| y[o] += weight * x[i]);
    y
}

/// The gradient of `x`.
pub fn backward<T: Real>(input: [usize; 2], factor: [usize; 2], bilinear: bool, dy: &[T]) -> Vec<T> {
    let len = dy.len() / (factor[0] * factor[1]);
    let mut dx = vec![T::ZERO; len];
    each(input, factor, bilinear, len, |i, o, weight: T| dx[i] += weight * dy[o]);
    dx
}

/// Calls `f(input index, output index, weight)`.
fn each<T: Real>(
    [h, w]: [usize; 2],
    factor: [usize; 2],
    bilinear: bool,
    len: usize,
    mut f: impl FnMut(usize, usize, T),
) {
    let [oh, ow] = [h * factor[0], w * factor[1]];
    for plane in 0..len / (h * w) {
        for oy in 0..oh {
            for ox in 0..ow {
                for (y, wy) in Tap::new(oy, h, factor[0], bilinear).weights() {
                    for (x, wx) in Tap::new(ox, w, factor[1], bilinear).weights() {
                        let weight = T::from_f64(f64::from(wy)) * T::from_f64(f64::from(wx));
                        f((plane * h + y) * w + x, (plane * oh + oy) * ow + ox, weight);
                    }
                }
            }
        }
    }
}
