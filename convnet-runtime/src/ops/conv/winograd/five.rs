//! The transforms of F(2x2, 5x5), on the points of F(4x4, 3x3): its inputs are the same.

use super::transform::{F4, G0, GP, GQ, P, P2, Q, Q2, Transform, fma, scale};
use crate::cpu::simd::Simd;

/// F(2x2, 5x5).
#[derive(Clone, Copy, Debug)]
pub struct F2;

const P4: f32 = P2 * P2;
const Q4: f32 = Q2 * Q2;

/// `g (1, x, x^2, x^3, x^4)`
#[cfg(test)]
const fn powers(g: f64, x: f64) -> [f64; 5] {
    [g, g * x, g * x * x, g * x * x * x, g * x * x * x * x]
}

impl Transform<2, 6, 5> for F2 {
    #[cfg(test)]
    const G: [[f64; 5]; 6] = [
        powers(G0, 0.0),
        powers(GP, P as f64),
        powers(GP, -P as f64),
        powers(GQ, Q as f64),
        powers(GQ, -Q as f64),
        [0.0, 0.0, 0.0, 0.0, 1.0],
    ];

    #[inline(always)]
    fn input<S: Simd>(s: S, d: [S::V; 6]) -> [S::V; 6] {
        F4::input(s, d)
    }

    #[inline(always)]
    fn output<S: Simd>(s: S, m: [S::V; 6]) -> [S::V; 2] {
        let sums = s.add(s.add(m[1], m[2]), s.add(m[3], m[4]));
        let differences = fma(s, P, s.sub(m[1], m[2]), scale(s, Q, s.sub(m[3], m[4])));
        [s.add(m[0], sums), s.add(differences, m[5])]
    }

    #[inline(always)]
    fn output_gradient<S: Simd>(s: S, y: [S::V; 2]) -> [S::V; 6] {
        let [a, b] = y;
        [a, fma(s, P, b, a), fma(s, -P, b, a), fma(s, Q, b, a), fma(s, -Q, b, a), b]
    }

    #[inline(always)]
    fn filter_gradient<S: Simd>(s: S, u: [S::V; 6]) -> [S::V; 5] {
        let [sum_p, sum_q] = [s.add(u[1], u[2]), s.add(u[3], u[4])];
        let [difference_p, difference_q] = [s.sub(u[1], u[2]), s.sub(u[3], u[4])];
        let (sum_p, difference_p) = (scale(s, GP as f32, sum_p), scale(s, GP as f32, difference_p));
        let (sum_q, difference_q) = (scale(s, GQ as f32, sum_q), scale(s, GQ as f32, difference_q));
        [
            fma(s, G0 as f32, u[0], s.add(sum_p, sum_q)),
            fma(s, P, difference_p, scale(s, Q, difference_q)),
            fma(s, P2, sum_p, scale(s, Q2, sum_q)),
            fma(s, P * P2, difference_p, scale(s, Q * Q2, difference_q)),
            fma(s, P4, sum_p, fma(s, Q4, sum_q, u[5])),
        ]
    }

    #[inline(always)]
    fn filter<S: Simd>(s: S, w: [S::V; 5]) -> [S::V; 6] {
        let even_p = scale(s, GP as f32, fma(s, P4, w[4], fma(s, P2, w[2], w[0])));
        let even_q = scale(s, GQ as f32, fma(s, Q4, w[4], fma(s, Q2, w[2], w[0])));
        let odd_p = scale(s, GP as f32 * P, fma(s, P2, w[3], w[1]));
        let odd_q = scale(s, GQ as f32 * Q, fma(s, Q2, w[3], w[1]));
        [
            scale(s, G0 as f32, w[0]),
            s.add(even_p, odd_p),
            s.sub(even_p, odd_p),
            s.add(even_q, odd_q),
            s.sub(even_q, odd_q),
            w[4],
        ]
    }
}
