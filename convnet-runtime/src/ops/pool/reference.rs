//! Pooling in scalars: the specification.

use super::{Kind, Window};
use crate::ops::real::Real;

/// Windows over planes of one size. Pairs are (height, width).
#[derive(Clone, Copy, Debug)]
pub struct Geometry {
    /// Maximum or average.
    pub kind: Kind,
    /// Size of an input plane.
    pub input: [usize; 2],
    /// Size of an output plane.
    pub output: [usize; 2],
    /// Window size.
    pub kernel: [usize; 2],
    /// Stride.
    pub stride: [usize; 2],
    /// Padding: top, left, bottom, right.
    pub pad: [usize; 4],
}

impl Geometry {
    /// The rows and the columns that output position `(oy, ox)` sees.
    fn windows(&self, oy: usize, ox: usize) -> [Window; 2] {
        let [top, left, bottom, right] = self.pad;
        let [h, w] = self.input;
        [
            Window::new(oy, self.kernel[0], self.stride[0], top, bottom, h),
            Window::new(ox, self.kernel[1], self.stride[1], left, right, w),
        ]
    }

    /// Calls `f(output index, indices of the window's values, values by which an average divides)`.
    fn each(&self, len: usize, mut f: impl FnMut(usize, &mut dyn Iterator<Item = usize>, usize)) {
        let [h, w] = self.input;
        let [oh, ow] = self.output;
        for plane in 0..len / (h * w) {
            for oy in 0..oh {
                for ox in 0..ow {
                    let [rows, columns] = self.windows(oy, ox);
                    let (first, last) = (columns.first, columns.last);
                    let mut window =
                        (rows.first..rows.last).flat_map(|y| (first..last).map(move |x| (plane * h + y) * w + x));
                    f((plane * oh + oy) * ow + ox, &mut window, rows.count * columns.count);
                }
            }
        }
    }
}

/// `x`: planes; gives planes.
pub fn forward<T: Real>(geometry: &Geometry, x: &[T]) -> Vec<T> {
    let mut y = Vec::new();
    geometry.each(x.len(), |_, window, count| {
        y.push(match geometry.kind {
            Kind::Max => window.fold(T::NEG_INFINITY, |best, i| best.max(x[i])),
            Kind::Average => window.map(|i| x[i]).sum::<T>() / T::from_usize(count),
        });
    });
    y
}

/// The gradient of `x`.
pub fn backward<T: Real>(geometry: &Geometry, x: &[T], dy: &[T]) -> Vec<T> {
    let mut dx = vec![T::ZERO; x.len()];
    geometry.each(x.len(), |o, window, count| match geometry.kind {
        Kind::Max => {
            let winner = window.reduce(|best, i| if x[i] > x[best] { i } else { best });
            if let Some(winner) = winner {
                dx[winner] += dy[o];
            }
        }
        Kind::Average => window.for_each(|i| dx[i] += dy[o] / T::from_usize(count)),
    });
    dx
}
