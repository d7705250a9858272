//! The transforms of F(2x2, 5x5), on the points of F(4x4, 3x3), and of F(4x1, 5x5), on those of F(6x6, 3x3): their inputs are
//! the same.

use super::transform::{self, F6, G0, GP, GQ, N, P, P2, Q, Q2, T, Transform, fma, scale};
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
        transform::F4::input(s, d)
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

/// F(4x1, 5x5), forward.
#[derive(Clone, Copy, Debug)]
pub struct F4;

impl F4 {
    /// Inputs to points.
    #[inline(always)]
    pub fn input<S: Simd>(s: S, d: [S::V; 8]) -> [S::V; 8] {
        F6::input(s, d)
    }

    /// The same for two halves of vectors in memory, from a point to the next of which there are `step` floats. The even inputs
    /// come first: there are too few registers for all of them.
    ///
    /// # Safety
    /// There are eight floats at each address, and room for as many at all points.
    #[inline(always)]
    pub unsafe fn input_halves<S: Simd>(s: S, from: [[*const f32; 2]; 8], to: [*mut f32; 2], step: usize) {
        let mut d = [s.zero(); 8];
        // SAFETY: the caller's promise.
        unsafe {
            for r in [2, 4, 6, 0] {
                d[r] = s.load_halves(from[r][0], from[r][1]);
            }
            let first = fma(s, 5.25, s.sub(d[4], d[2]), s.sub(d[0], d[6]));
            s.store_halves(to[0], to[1], first);
            let even = F6::even(s, [d[2], d[4], d[6]]);
            for r in [1, 3, 5, 7] {
                d[r] = s.load_halves(from[r][0], from[r][1]);
            }
            let last = fma(s, 5.25, s.sub(d[3], d[5]), s.sub(d[7], d[1]));
            s.store_halves(to[0].add(7 * step), to[1].add(7 * step), last);
            let odd = F6::odd(s, [d[1], d[3], d[5]]);
            for i in 0..3 {
                let [upper, lower] = [2 * i + 1, 2 * i + 2].map(|p| p * step);
                s.store_halves(to[0].add(upper), to[1].add(upper), s.add(even[i], odd[i]));
                s.store_halves(to[0].add(lower), to[1].add(lower), s.sub(even[i], odd[i]));
            }
        }
    }

    /// Points to outputs.
    #[inline(always)]
    pub fn output<S: Simd>(s: S, m: [S::V; 8]) -> [S::V; 4] {
        let (sum_1, difference_1) = (s.add(m[1], m[2]), s.sub(m[1], m[2]));
        let (sum_2, difference_2) = (s.add(m[3], m[4]), s.sub(m[3], m[4]));
        let (sum_half, difference_half) = (s.add(m[5], m[6]), s.sub(m[5], m[6]));
        [
            s.add(s.add(m[0], sum_1), s.add(sum_2, sum_half)),
            fma(s, 2.0, difference_2, fma(s, 0.5, difference_half, difference_1)),
            fma(s, 4.0, sum_2, fma(s, 0.25, sum_half, sum_1)),
            fma(s, 8.0, difference_2, fma(s, 0.125, difference_half, s.add(difference_1, m[7]))),
        ]
    }

    /// Filter to points.
    #[inline(always)]
    pub fn filter<S: Simd>(s: S, w: [S::V; 5]) -> [S::V; 8] {
        let mut points = [w[0]; 8];
        for (i, (g, x)) in [(N, 1.0), (T, 2.0), (64.0 * T, 0.5)].into_iter().enumerate() {
            let x2 = x * x;
            let evens = fma(s, g * x2 * x2, w[4], fma(s, g * x2, w[2], scale(s, g, w[0])));
            let odds = fma(s, g * x2 * x, w[3], scale(s, g * x, w[1]));
            points[2 * i + 1] = s.add(evens, odds);
            points[2 * i + 2] = s.sub(evens, odds);
        }
        points[7] = w[4];
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::simd::{Isa, Kernel};

    struct Sums {
        x: [f32; 8],
        w: [f32; 5],
    }

    impl Kernel for Sums {
        type Output = [f32; 4];

        #[inline(always)]
        fn run<S: Simd>(self, s: S) -> [f32; 4] {
            let points = F4::input(s, self.x.map(|x| s.splat(x)));
            let filter = F4::filter(s, self.w.map(|w| s.splat(w)));
            let sums = F4::output(s, std::array::from_fn(|i| s.mul(points[i], filter[i])));
            sums.map(|v| s.to_array(v)[11])
        }
    }

    #[test]
    fn four_sums_of_five_products() {
        let number = |i: usize| ((i * 7 + 3) % 11) as f32 / 4.0 - 1.0;
        let (x, w) = (std::array::from_fn(number), std::array::from_fn(|i| number(i + 4)));
        for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
            for (i, v) in isa.run(Sums { x, w }).into_iter().enumerate() {
                let exact: f32 = (0..5).map(|j| x[i + j] * w[j]).sum();
                assert!((v - exact).abs() < 3e-5, "{isa:?}: {v} instead of {exact}");
            }
        }
    }
}
