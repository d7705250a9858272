//! Exponentials on vectors, after Cephes: errors of about two units in the last place.

// The coefficients are written as published.
#![allow(clippy::excessive_precision, clippy::unreadable_literal)]

use super::simd::Simd;

/// `e^x`; infinity above 88.7, zero below about -103 (-87.3 where denormals are flushed).
#[inline(always)]
pub fn exp<S: Simd>(s: S, x: S::V) -> S::V {
    let x = s.min(s.splat(89.0), s.max(s.splat(-104.0), x));
    let n = s.round(s.mul(x, s.splat(std::f32::consts::LOG2_E)));
    // x = n ln 2 + r, with ln 2 in two parts of which the first has few digits.
    let r = s.fma(n, s.splat(-0.693359375), x);
    let r = s.fma(n, s.splat(2.12194440e-4), r);
    let p = polynomial(
        s,
        r,
        [1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1],
    );
    let p = s.add(s.fma(s.mul(r, r), p, r), s.splat(1.0));
    // 2^n is a float only for |n| < 127: multiply by two halves.
    let half = s.round(s.mul(n, s.splat(0.5)));
    s.mul(s.mul(p, s.pow2(half)), s.pow2(s.sub(n, half)))
}

/// Hyperbolic tangent.
#[inline(always)]
pub fn tanh<S: Simd>(s: S, x: S::V) -> S::V {
    let square = s.mul(x, x);
    let p = polynomial(
        s,
        square,
        [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1],
    );
    let near = s.fma(s.mul(p, square), x, x);
    let negative = s.gt(s.zero(), x);
    let magnitude = s.select(negative, s.sub(s.zero(), x), x);
    let e = exp(s, s.add(magnitude, magnitude));
    let far = s.sub(s.splat(1.0), s.div(s.splat(2.0), s.add(e, s.splat(1.0))));
    let far = s.select(negative, s.sub(s.zero(), far), far);
    s.select(s.gt(magnitude, s.splat(0.625)), far, near)
}

/// `1 / (1 + e^-x)`
#[inline(always)]
pub fn sigmoid<S: Simd>(s: S, x: S::V) -> S::V {
    let e = exp(s, s.sub(s.zero(), x));
    s.div(s.splat(1.0), s.add(s.splat(1.0), e))
}

/// `e^x - 1` without cancellation near zero, for `x <= 0`.
#[inline(always)]
pub fn exp_m1<S: Simd>(s: S, x: S::V) -> S::V {
    // With t = tanh(x / 2): 2 t / (1 - t), and 1 - t lies between 1 and 2.
    let t = tanh(s, s.mul(x, s.splat(0.5)));
    s.div(s.add(t, t), s.sub(s.splat(1.0), t))
}

/// Horner's scheme, highest power first.
#[inline(always)]
fn polynomial<S: Simd, const N: usize>(s: S, x: S::V, coefficients: [f32; N]) -> S::V {
    let mut p = s.splat(coefficients[0]);
    for &c in &coefficients[1..] {
        p = s.fma(p, x, s.splat(c));
    }
    p
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::simd::{Isa, Kernel};

    #[derive(Clone, Copy)]
    struct All(f32);

    impl Kernel for All {
        type Output = [f32; 4];

        #[inline(always)]
        fn run<S: Simd>(self, s: S) -> [f32; 4] {
            let x = s.splat(self.0);
            [exp(s, x), tanh(s, x), sigmoid(s, x), exp_m1(s, s.min(x, s.zero()))].map(|v| s.to_array(v)[7])
        }
    }

    #[test]
    fn errors_are_small() {
        for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
            let mut worst = [0.0_f64; 4];
            for i in -200_000..=200_000 {
                let x = i as f32 * 4.3e-4;
                let z = f64::from(x);
                let exact = [z.exp(), z.tanh(), 1.0 / (1.0 + (-z).exp()), z.min(0.0).exp_m1()];
                for ((y, e), w) in isa.run(All(x)).into_iter().zip(exact).zip(&mut worst) {
                    let ulp = f64::from(f32::EPSILON) * e.abs().max(f64::from(f32::MIN_POSITIVE));
                    *w = w.max((f64::from(y) - e).abs() / ulp);
                }
            }
            println!("{isa:?}: {worst:?}");
            assert!(worst.iter().zip([2.0, 3.0, 3.0, 5.0]).all(|(w, limit)| *w < limit), "{isa:?}: {worst:?}");
        }
    }

    #[test]
    fn extremes() {
        for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
            assert_eq!(isa.run(All(f32::INFINITY)).map(f32::to_bits), [f32::INFINITY, 1.0, 1.0, 0.0].map(f32::to_bits));
            assert_eq!(isa.run(All(f32::NEG_INFINITY)).map(f32::to_bits), [0.0, -1.0, 0.0, -1.0].map(f32::to_bits));
            assert_eq!(isa.run(All(0.0)).map(f32::to_bits), [1.0, 0.0, 0.5, 0.0].map(f32::to_bits));
            assert!(isa.run(All(f32::NAN))[..3].iter().all(|y| y.is_nan()), "{isa:?}");
            let top = isa.run(All(88.72))[0];
            assert!((f64::from(top) / f64::from(88.72_f32).exp() - 1.0).abs() < 1e-6);
        }
    }
}
