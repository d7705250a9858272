//! Convolution in scalars: the specification. Planes are `[channel][y][x]`, one sample at a time; weights as in files,
//! `[K, C / groups, FH, FW]`.

use super::{Bias, Geometry};
use crate::ops::real::Real;

/// One product of the sum: indices of the output, the weight and the input.
struct Term {
    y: usize,
    w: usize,
    x: usize,
}

impl Geometry {
    /// Calls `f` for every product of the convolution whose input is not padding.
    fn each(&self, mut f: impl FnMut(Term)) {
        let [height, width, depth] = self.input;
        let [rows, columns, filters] = self.output;
        let channels = depth / self.groups;
        for k in 0..filters {
            let group = k / (filters / self.groups);
            for oy in 0..rows {
                for ox in 0..columns {
                    for c in 0..channels {
                        for fy in 0..self.kernel[0] {
                            for fx in 0..self.kernel[1] {
                                let iy = (oy * self.stride[0] + fy * self.dilation[0]).wrapping_sub(self.pad[0]);
                                let ix = (ox * self.stride[1] + fx * self.dilation[1]).wrapping_sub(self.pad[1]);
                                if iy < height && ix < width {
                                    f(Term {
                                        y: (k * rows + oy) * columns + ox,
                                        w: ((k * channels + c) * self.kernel[0] + fy) * self.kernel[1] + fx,
                                        x: ((group * channels + c) * height + iy) * width + ix,
                                    });
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The index of the bias of output `y`.
    fn bias_index(&self, y: usize) -> Option<usize> {
        match self.bias {
            Bias::None => None,
            Bias::Channel => Some(y / (self.output[0] * self.output[1])),
            Bias::Position => Some(y),
        }
    }
}

/// `y = w * x + b`
pub fn forward<T: Real>(geometry: &Geometry, x: &[T], w: &[T], b: &[T]) -> Vec<T> {
    let len = geometry.output.iter().product();
    let mut y: Vec<T> = (0..len).map(|i| geometry.bias_index(i).map_or(T::ZERO, |at| b[at])).collect();
    geometry.each(|t| y[t.y] += w[t.w] * x[t.x]);
    y
}

/// The gradient of the input.
pub fn backward_input<T: Real>(geometry: &Geometry, w: &[T], dy: &[T]) -> Vec<T> {
    let mut dx = vec![T::ZERO; geometry.input.iter().product()];
    geometry.each(|t| dx[t.x] += w[t.w] * dy[t.y]);
    dx
}

/// Adds the gradient of the weights.
pub fn backward_weights<T: Real>(geometry: &Geometry, x: &[T], dy: &[T], dw: &mut [T]) {
    geometry.each(|t| dw[t.w] += x[t.x] * dy[t.y]);
}

/// Adds the gradient of the bias.
pub fn backward_bias<T: Real>(geometry: &Geometry, dy: &[T], db: &mut [T]) {
    for (i, &dy) in dy.iter().enumerate() {
        if let Some(at) = geometry.bias_index(i) {
            db[at] += dy;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::conv::Algorithm;

    #[test]
    fn two_by_two_by_hand() {
        let geometry = Geometry {
            input: [2, 2, 1],
            output: [2, 1, 1],
            kernel: [1, 2],
            stride: [1, 1],
            pad: [0, 0],
            dilation: [1, 1],
            groups: 1,
            bias: Bias::Channel,
            algorithm: Algorithm::Planar,
        };
        assert_eq!(forward(&geometry, &[1.0, 2.0, 3.0, 4.0], &[10.0, 1.0], &[0.5]), [12.5, 34.5]);
    }

    /// Torch 2: `F.conv2d(torch.arange(24.).view(1, 2, 3, 4), torch.arange(8.).view(2, 1, 2, 2), stride=(2, 1),
    /// padding=(1, 0), dilation=(1, 2), groups=2)`
    #[test]
    fn as_torch() {
        let geometry = Geometry {
            input: [3, 4, 2],
            output: [2, 2, 2],
            kernel: [2, 2],
            stride: [2, 1],
            pad: [1, 0],
            dilation: [1, 2],
            groups: 2,
            bias: Bias::None,
            algorithm: Algorithm::Blocked,
        };
        let numbers = |n: u8| (0..n).map(f64::from).collect::<Vec<_>>();
        let y = forward(&geometry, &numbers(24), &numbers(8), &[]);
        assert_eq!(y, [6.0, 11.0, 52.0, 58.0, 170.0, 183.0, 428.0, 450.0]);
    }

    #[test]
    fn gradients_are_finite_differences() {
        let geometry = Geometry {
            input: [5, 6, 4],
            output: [3, 2, 6],
            kernel: [3, 2],
            stride: [2, 3],
            pad: [1, 1],
            dilation: [1, 2],
            groups: 2,
            bias: Bias::Position,
            algorithm: Algorithm::Blocked,
        };
        let numbers = |n: usize, seed: usize| -> Vec<f64> {
            (0..n).map(|i| ((i * 37 + seed * 11) % 53) as f64 / 26.0 - 1.0).collect()
        };
        let (x, w, b) = (numbers(120, 1), numbers(6 * 2 * 6, 2), numbers(36, 3));
        let dy = numbers(36, 4);
        let loss = |x: &[f64], w: &[f64], b: &[f64]| -> f64 {
            forward(&geometry, x, w, b).iter().zip(&dy).map(|(y, d)| y * d).sum()
        };
        let slope = |values: &[f64], i: usize, loss: &dyn Fn(&[f64]) -> f64| {
            let mut moved = values.to_vec();
            moved[i] += 1e-3;
            let up = loss(&moved);
            moved[i] -= 2e-3;
            (up - loss(&moved)) / 2e-3
        };
        let dx = backward_input(&geometry, &w, &dy);
        let (mut dw, mut db) = (vec![0.0; w.len()], vec![0.0; b.len()]);
        backward_weights(&geometry, &x, &dy, &mut dw);
        backward_bias(&geometry, &dy, &mut db);
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-9, "{a} {b}");
        (0..x.len()).for_each(|i| near(dx[i], slope(&x, i, &|x| loss(x, &w, &b))));
        (0..w.len()).for_each(|i| near(dw[i], slope(&w, i, &|w| loss(&x, w, &b))));
        (0..b.len()).for_each(|i| near(db[i], slope(&b, i, &|b| loss(&x, &w, b))));
    }
}
