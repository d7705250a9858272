//! The gradient of a strided convolution's input falls into phases: the positions `S t + a` for each `a < S` get their
//! gradient from those taps alone whose distance fits, and over `t` that is a convolution of stride 1.

use super::Geometry;

/// One of the two directions of a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// The phase: `a`.
    pub first: usize,
    /// Positions `S t + a` in the input.
    pub positions: usize,
    /// Its taps: how many, the first, and the distance from one to the next.
    pub taps: usize,
    /// See `taps`.
    pub tap: usize,
    /// See `taps`.
    pub tap_step: usize,
    /// Where position t = 0 finds the gradient for the first tap: in output positions.
    pub start: isize,
    /// How far the next tap lies before it.
    pub back: usize,
}

impl Phase {
    /// The phases along the height (0) or the width (1).
    pub fn all(geometry: &Geometry, side: usize) -> impl Iterator<Item = Self> {
        let [size, kernel, stride, pad, dilation] = [
            geometry.input[side],
            geometry.kernel[side],
            geometry.stride[side],
            geometry.pad[side],
            geometry.dilation[side],
        ];
        (0..stride).map(move |first| {
            let fits = |tap: &usize| (first + pad) % stride == tap * dilation % stride;
            let mut taps = (0..kernel).filter(fits);
            let tap = taps.next();
            let tap_step = taps.next().zip(tap).map_or(1, |(second, first)| second - first);
            let start = tap.map_or(0, |tap| (first + pad) as isize - (tap * dilation) as isize) / stride as isize;
            Self {
                first,
                positions: (size + stride - 1 - first) / stride,
                taps: (0..kernel).filter(fits).count(),
                tap: tap.unwrap_or(0),
                tap_step,
                start,
                back: tap_step * dilation / stride,
            }
        })
    }

    /// How far outside the output the phase reads: before the first position, and behind the last of `output`.
    pub fn reach(&self, output: usize) -> [usize; 2] {
        if self.taps == 0 || self.positions == 0 {
            return [0, 0];
        }
        let first = self.start - ((self.taps - 1) * self.back) as isize;
        let last = self.start + (self.positions - 1) as isize;
        [(-first).max(0) as usize, (last + 1 - output as isize).max(0) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::conv::{Algorithm, Bias};

    #[test]
    fn phases_cover_every_product_once() {
        for (size, kernel, stride, pad, dilation) in
            [(9, 3, 1, 1, 1), (9, 3, 2, 1, 1), (10, 5, 3, 0, 2), (7, 2, 4, 1, 2), (12, 4, 4, 0, 1), (11, 3, 2, 3, 2)]
        {
            let output = (size + 2 * pad - (kernel - 1) * dilation - 1) / stride + 1;
            let geometry = Geometry {
                input: [size, 1, 1],
                output: [output, 1, 1],
                kernel: [kernel, 1],
                stride: [stride, 1],
                pad: [pad, 0],
                dilation: [dilation, 1],
                groups: 1,
                bias: Bias::None,
                algorithm: Algorithm::Blocked,
            };
            let mut products = Vec::new();
            for phase in Phase::all(&geometry, 0) {
                let [before, behind] = phase.reach(output);
                for t in 0..phase.positions {
                    for i in 0..phase.taps {
                        let y = t as isize + phase.start - (i * phase.back) as isize;
                        assert!(y >= -(before as isize) && y < (output + behind) as isize);
                        if y >= 0 && y < output as isize {
                            products.push((y as usize, phase.tap + i * phase.tap_step, stride * t + phase.first));
                        }
                    }
                }
            }
            products.sort_unstable();
            let mut expected = Vec::new();
            for y in 0..output {
                for tap in 0..kernel {
                    let x = (y * stride + tap * dilation).wrapping_sub(pad);
                    if x < size {
                        expected.push((y, tap, x));
                    }
                }
            }
            assert_eq!(products, expected);
        }
    }
}
