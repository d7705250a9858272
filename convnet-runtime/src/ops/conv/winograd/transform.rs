//! The transforms of Winograd's F(M x M, R x R) (Lavin and Gray 2016) in one dimension: with A = M + R - 1 points,
//! `y = A^T ((G w) * (B^T x))` are the M sums of R products of A inputs. Two dimensions are the same on columns and then
//! on rows. Here are those of filters of three taps; `five` has those of five.
//!
//! F(4x4) stands on the points 0, +-3/4, +-3/2 and infinity: all constants but those of G are exact in `f32`, and the
//! rounding error is half that of 0, +-1, +-2.

use crate::cpu::simd::Simd;

/// One tile size: `M` outputs from `A = M + R - 1` inputs and `R` taps.
pub trait Transform<const M: usize, const A: usize, const R: usize>: Copy + Send + Sync + 'static {
    /// Filter to points: what `filter` and `filter_gradient` are tested against.
    #[cfg(test)]
    const G: [[f64; R]; A];

    /// `B^T d`: inputs to points.
    fn input<S: Simd>(s: S, d: [S::V; A]) -> [S::V; A];
    /// `A^T m`: points to outputs.
    fn output<S: Simd>(s: S, m: [S::V; A]) -> [S::V; M];
    /// `A y`: gradients of the outputs to points.
    fn output_gradient<S: Simd>(s: S, y: [S::V; M]) -> [S::V; A];
    /// `G^T u`: points to the gradient of the filter.
    fn filter_gradient<S: Simd>(s: S, u: [S::V; A]) -> [S::V; R];
    /// `G w`: filter to points.
    fn filter<S: Simd>(s: S, w: [S::V; R]) -> [S::V; A];
}

/// F(2x2).
#[derive(Clone, Copy, Debug)]
pub struct F2;
/// F(4x4).
#[derive(Clone, Copy, Debug)]
pub struct F4;
/// F(6x6), on the points 0, +-1, +-2, +-1/2 and infinity.
#[derive(Clone, Copy, Debug)]
pub struct F6;

/// `k a + c`
#[inline(always)]
pub(super) fn fma<S: Simd>(s: S, k: f32, a: S::V, c: S::V) -> S::V {
    s.fma(s.splat(k), a, c)
}

/// `k a`
#[inline(always)]
pub(super) fn scale<S: Simd>(s: S, k: f32, a: S::V) -> S::V {
    s.mul(s.splat(k), a)
}

impl Transform<2, 4, 3> for F2 {
    #[cfg(test)]
    const G: [[f64; 3]; 4] = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.0, 0.0, 1.0]];

    #[inline(always)]
    fn input<S: Simd>(s: S, d: [S::V; 4]) -> [S::V; 4] {
        [s.sub(d[0], d[2]), s.add(d[1], d[2]), s.sub(d[2], d[1]), s.sub(d[3], d[1])]
    }

    #[inline(always)]
    fn output<S: Simd>(s: S, m: [S::V; 4]) -> [S::V; 2] {
        [s.add(m[0], s.add(m[1], m[2])), s.add(s.sub(m[1], m[2]), m[3])]
    }

    #[inline(always)]
    fn output_gradient<S: Simd>(s: S, y: [S::V; 2]) -> [S::V; 4] {
        [y[0], s.add(y[0], y[1]), s.sub(y[0], y[1]), y[1]]
    }

    #[inline(always)]
    fn filter_gradient<S: Simd>(s: S, u: [S::V; 4]) -> [S::V; 3] {
        let (sum, difference) = (s.add(u[1], u[2]), s.sub(u[1], u[2]));
        [fma(s, 0.5, sum, u[0]), scale(s, 0.5, difference), fma(s, 0.5, sum, u[3])]
    }

    #[inline(always)]
    fn filter<S: Simd>(s: S, w: [S::V; 3]) -> [S::V; 4] {
        let half = scale(s, 0.5, s.add(w[0], w[2]));
        [w[0], fma(s, 0.5, w[1], half), fma(s, -0.5, w[1], half), w[2]]
    }
}

/// The points of F(4x4) and their squares.
pub(super) const P: f32 = 0.75;
pub(super) const Q: f32 = 1.5;
pub(super) const P2: f32 = P * P;
pub(super) const Q2: f32 = Q * Q;
/// The factors of G's rows.
pub(super) const G0: f64 = 1.0 / (P2 * Q2) as f64;
pub(super) const GP: f64 = 1.0 / (2.0 * (P2 * (P2 - Q2)) as f64);
pub(super) const GQ: f64 = 1.0 / (2.0 * (Q2 * (Q2 - P2)) as f64);

impl Transform<4, 6, 3> for F4 {
    #[cfg(test)]
    const G: [[f64; 3]; 6] = [
        [G0, 0.0, 0.0],
        [GP, GP * P as f64, GP * P2 as f64],
        [GP, -GP * P as f64, GP * P2 as f64],
        [GQ, GQ * Q as f64, GQ * Q2 as f64],
        [GQ, -GQ * Q as f64, GQ * Q2 as f64],
        [0.0, 0.0, 1.0],
    ];

    #[inline(always)]
    fn input<S: Simd>(s: S, d: [S::V; 6]) -> [S::V; 6] {
        let (even_p, odd_p) = (fma(s, -Q2, d[2], d[4]), fma(s, -Q2, d[1], d[3]));
        let (even_q, odd_q) = (fma(s, -P2, d[2], d[4]), fma(s, -P2, d[1], d[3]));
        [
            fma(s, P2 * Q2, d[0], fma(s, -(P2 + Q2), d[2], d[4])),
            fma(s, P, odd_p, even_p),
            fma(s, -P, odd_p, even_p),
            fma(s, Q, odd_q, even_q),
            fma(s, -Q, odd_q, even_q),
            fma(s, P2 * Q2, d[1], fma(s, -(P2 + Q2), d[3], d[5])),
        ]
    }

    #[inline(always)]
    fn output<S: Simd>(s: S, m: [S::V; 6]) -> [S::V; 4] {
        let (sum_p, difference_p) = (s.add(m[1], m[2]), s.sub(m[1], m[2]));
        let (sum_q, difference_q) = (s.add(m[3], m[4]), s.sub(m[3], m[4]));
        [
            s.add(m[0], s.add(sum_p, sum_q)),
            fma(s, P, difference_p, scale(s, Q, difference_q)),
            fma(s, P2, sum_p, scale(s, Q2, sum_q)),
            fma(s, P * P2, difference_p, fma(s, Q * Q2, difference_q, m[5])),
        ]
    }

    #[inline(always)]
    fn output_gradient<S: Simd>(s: S, y: [S::V; 4]) -> [S::V; 6] {
        let (even_p, odd_p) = (fma(s, P2, y[2], y[0]), fma(s, P2, y[3], y[1]));
        let (even_q, odd_q) = (fma(s, Q2, y[2], y[0]), fma(s, Q2, y[3], y[1]));
        [
            y[0],
            fma(s, P, odd_p, even_p),
            fma(s, -P, odd_p, even_p),
            fma(s, Q, odd_q, even_q),
            fma(s, -Q, odd_q, even_q),
            y[3],
        ]
    }

    #[inline(always)]
    fn filter_gradient<S: Simd>(s: S, u: [S::V; 6]) -> [S::V; 3] {
        let (sum_p, difference_p) = (s.add(u[1], u[2]), s.sub(u[1], u[2]));
        let (sum_q, difference_q) = (s.add(u[3], u[4]), s.sub(u[3], u[4]));
        let (p, q) = (f64::from(P), f64::from(Q));
        [
            fma(s, GP as f32, sum_p, fma(s, GQ as f32, sum_q, scale(s, G0 as f32, u[0]))),
            fma(s, (GP * p) as f32, difference_p, scale(s, (GQ * q) as f32, difference_q)),
            fma(s, (GP * p * p) as f32, sum_p, fma(s, (GQ * q * q) as f32, sum_q, u[5])),
        ]
    }

    #[inline(always)]
    fn filter<S: Simd>(s: S, w: [S::V; 3]) -> [S::V; 6] {
        let even_p = scale(s, GP as f32, fma(s, P2, w[2], w[0]));
        let even_q = scale(s, GQ as f32, fma(s, Q2, w[2], w[0]));
        let (p, q) = ((GP * f64::from(P)) as f32, (GQ * f64::from(Q)) as f32);
        [
            scale(s, G0 as f32, w[0]),
            fma(s, p, w[1], even_p),
            fma(s, -p, w[1], even_p),
            fma(s, q, w[1], even_q),
            fma(s, -q, w[1], even_q),
            w[2],
        ]
    }
}

/// The factors of G's rows.
pub(super) const N: f32 = -2.0 / 9.0;
pub(super) const T: f32 = 1.0 / 90.0;

impl F6 {
    /// What inputs 2, 4, 6 give the points 1, 2, 1/2 and, the same, their opposites.
    #[inline(always)]
    pub(super) fn even<S: Simd>(s: S, [a, b, c]: [S::V; 3]) -> [S::V; 3] {
        [fma(s, -4.25, b, s.add(a, c)), fma(s, 0.25, a, fma(s, -1.25, b, c)), fma(s, 4.0, fma(s, -1.25, b, a), c)]
    }

    /// What inputs 1, 3, 5 give them and, with the other sign, their opposites.
    #[inline(always)]
    pub(super) fn odd<S: Simd>(s: S, [a, b, c]: [S::V; 3]) -> [S::V; 3] {
        [
            fma(s, -4.25, b, s.add(a, c)),
            fma(s, 0.5, a, fma(s, -2.5, b, scale(s, 2.0, c))),
            fma(s, 2.0, a, fma(s, -2.5, b, scale(s, 0.5, c))),
        ]
    }
}

impl Transform<6, 8, 3> for F6 {
    #[cfg(test)]
    const G: [[f64; 3]; 8] = [
        [1.0, 0.0, 0.0],
        [-2.0 / 9.0, -2.0 / 9.0, -2.0 / 9.0],
        [-2.0 / 9.0, 2.0 / 9.0, -2.0 / 9.0],
        [1.0 / 90.0, 1.0 / 45.0, 2.0 / 45.0],
        [1.0 / 90.0, -1.0 / 45.0, 2.0 / 45.0],
        [32.0 / 45.0, 16.0 / 45.0, 8.0 / 45.0],
        [32.0 / 45.0, -16.0 / 45.0, 8.0 / 45.0],
        [0.0, 0.0, 1.0],
    ];

    #[inline(always)]
    fn input<S: Simd>(s: S, d: [S::V; 8]) -> [S::V; 8] {
        let [even_1, even_2, even_half] = Self::even(s, [d[2], d[4], d[6]]);
        let [odd_1, odd_2, odd_half] = Self::odd(s, [d[1], d[3], d[5]]);
        [
            fma(s, 5.25, s.sub(d[4], d[2]), s.sub(d[0], d[6])),
            s.add(even_1, odd_1),
            s.sub(even_1, odd_1),
            s.add(even_2, odd_2),
            s.sub(even_2, odd_2),
            s.add(even_half, odd_half),
            s.sub(even_half, odd_half),
            fma(s, 5.25, s.sub(d[3], d[5]), s.sub(d[7], d[1])),
        ]
    }

    #[inline(always)]
    fn output<S: Simd>(s: S, m: [S::V; 8]) -> [S::V; 6] {
        let (sum_1, difference_1) = (s.add(m[1], m[2]), s.sub(m[1], m[2]));
        let (sum_2, difference_2) = (s.add(m[3], m[4]), s.sub(m[3], m[4]));
        let (sum_half, difference_half) = (s.add(m[5], m[6]), s.sub(m[5], m[6]));
        [
            s.add(s.add(m[0], sum_1), s.add(sum_2, sum_half)),
            fma(s, 2.0, difference_2, fma(s, 0.5, difference_half, difference_1)),
            fma(s, 4.0, sum_2, fma(s, 0.25, sum_half, sum_1)),
            fma(s, 8.0, difference_2, fma(s, 0.125, difference_half, difference_1)),
            fma(s, 16.0, sum_2, fma(s, 0.0625, sum_half, sum_1)),
            s.add(fma(s, 32.0, difference_2, fma(s, 0.031_25, difference_half, difference_1)), m[7]),
        ]
    }

    #[inline(always)]
    fn output_gradient<S: Simd>(s: S, y: [S::V; 6]) -> [S::V; 8] {
        let even_1 = s.add(s.add(y[0], y[2]), y[4]);
        let odd_1 = s.add(s.add(y[1], y[3]), y[5]);
        let even_2 = fma(s, 4.0, fma(s, 4.0, y[4], y[2]), y[0]);
        let odd_2 = scale(s, 2.0, fma(s, 4.0, fma(s, 4.0, y[5], y[3]), y[1]));
        let even_half = fma(s, 0.25, fma(s, 0.25, y[4], y[2]), y[0]);
        let odd_half = scale(s, 0.5, fma(s, 0.25, fma(s, 0.25, y[5], y[3]), y[1]));
        [
            y[0],
            s.add(even_1, odd_1),
            s.sub(even_1, odd_1),
            s.add(even_2, odd_2),
            s.sub(even_2, odd_2),
            s.add(even_half, odd_half),
            s.sub(even_half, odd_half),
            y[5],
        ]
    }

    #[inline(always)]
    fn filter_gradient<S: Simd>(s: S, u: [S::V; 8]) -> [S::V; 3] {
        let (sum_1, difference_1) = (s.add(u[1], u[2]), s.sub(u[1], u[2]));
        let (sum_2, difference_2) = (s.add(u[3], u[4]), s.sub(u[3], u[4]));
        let (sum_half, difference_half) = (s.add(u[5], u[6]), s.sub(u[5], u[6]));
        [
            fma(s, N, sum_1, fma(s, T, sum_2, fma(s, 64.0 * T, sum_half, u[0]))),
            fma(s, N, difference_1, fma(s, 2.0 * T, difference_2, scale(s, 32.0 * T, difference_half))),
            fma(s, N, sum_1, fma(s, 4.0 * T, sum_2, fma(s, 16.0 * T, sum_half, u[7]))),
        ]
    }

    #[inline(always)]
    fn filter<S: Simd>(s: S, w: [S::V; 3]) -> [S::V; 8] {
        let (even_1, odd_1) = (scale(s, N, s.add(w[0], w[2])), scale(s, N, w[1]));
        let (even_2, odd_2) = (fma(s, 4.0 * T, w[2], scale(s, T, w[0])), scale(s, 2.0 * T, w[1]));
        let (even_half, odd_half) = (fma(s, 16.0 * T, w[2], scale(s, 64.0 * T, w[0])), scale(s, 32.0 * T, w[1]));
        [
            w[0],
            s.add(even_1, odd_1),
            s.sub(even_1, odd_1),
            s.add(even_2, odd_2),
            s.sub(even_2, odd_2),
            s.add(even_half, odd_half),
            s.sub(even_half, odd_half),
            w[2],
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::simd::{Kernel, dispatch};

    struct Check<T, const M: usize, const A: usize, const R: usize>(T);

    impl<T: Transform<M, A, R>, const M: usize, const A: usize, const R: usize> Kernel for Check<T, M, A, R> {
        type Output = ();

        #[inline(always)]
        fn run<S: Simd>(self, s: S) {
            let number = |i: usize| ((i * 7 + 3) % 11) as f32 / 4.0 - 1.0;
            let near = |a: f32, b: f32| assert!((a - b).abs() < 3e-5, "F({M}, {R}): {a} instead of {b}");
            let (x, w, y): ([f32; A], [f32; R], [f32; M]) =
                (std::array::from_fn(number), std::array::from_fn(|i| number(i + 4)), std::array::from_fn(number));
            let lanes = |v: S::V| s.to_array(v)[5];
            let points = T::input(s, x.map(|x| s.splat(x)));
            let filter = T::filter(s, w.map(|w| s.splat(w)));
            for (i, v) in filter.into_iter().enumerate() {
                near(lanes(v), (0..R).map(|j| T::G[i][j] as f32 * w[j]).sum());
            }
            let sums = T::output(s, std::array::from_fn(|i| s.mul(points[i], filter[i])));
            for (i, v) in sums.into_iter().enumerate() {
                near(lanes(v), (0..R).map(|j| x[i + j] * w[j]).sum());
            }
            // The gradient of the filter is that of the sums against the input.
            let gradient = T::output_gradient(s, y.map(|y| s.splat(y)));
            let sums = T::filter_gradient(s, std::array::from_fn(|i| s.mul(points[i], gradient[i])));
            for (j, v) in sums.into_iter().enumerate() {
                near(lanes(v), (0..M).map(|i| x[i + j] * y[i]).sum());
            }
        }
    }

    #[test]
    fn sums_of_products() {
        dispatch(Check(F2));
        dispatch(Check(F4));
        dispatch(Check(F6));
        dispatch(Check(super::super::five::F2));
    }
}
