//! Activations on vectors, for the kernels that fuse them.

use super::Activation;
use crate::cpu::math;
use crate::cpu::simd::Simd;

impl Activation {
    /// A larger x never gives a smaller y, so that a maximum may be taken before.
    pub(crate) fn is_monotone(self) -> bool {
        match self {
            Self::LeakyRelu(slope) => slope >= 0.0,
            Self::Elu(a) => a >= 0.0,
            _ => true,
        }
    }

    /// Two numbers between which `x` is kept, if that is all.
    #[inline(always)]
    pub(crate) fn bounds(self) -> Option<[f32; 2]> {
        match self {
            Self::Identity => Some([f32::NEG_INFINITY, f32::INFINITY]),
            Self::Relu => Some([0.0, f32::INFINITY]),
            Self::ClippedRelu(top) => Some([0.0, top]),
            _ => None,
        }
    }

    /// `f(x)`; not a number where `x` is not.
    #[inline(always)]
    pub(crate) fn apply<S: Simd>(self, s: S, x: S::V) -> S::V {
        match self {
            Self::Identity => x,
            Self::Relu => s.max(s.zero(), x),
            Self::LeakyRelu(slope) => s.select(s.gt(x, s.zero()), x, s.mul(s.splat(slope), x)),
            Self::Elu(a) => {
                let below = s.mul(s.splat(a), math::exp_m1(s, s.min(s.zero(), x)));
                s.select(s.gt(x, s.zero()), x, below)
            }
            Self::Sigmoid => math::sigmoid(s, x),
            Self::Tanh => math::tanh(s, x),
            Self::ClippedRelu(top) => s.min(s.splat(top), s.max(s.zero(), x)),
        }
    }

    /// `dx = f'(x) dy`, where `y = f(x)`.
    #[inline(always)]
    pub(crate) fn gradient<S: Simd>(self, s: S, y: S::V, dy: S::V) -> S::V {
        let positive = s.gt(y, s.zero());
        match self {
            Self::Identity => dy,
            Self::Relu => s.select(positive, dy, s.zero()),
            Self::LeakyRelu(slope) => s.select(positive, dy, s.mul(s.splat(slope), dy)),
            Self::Elu(a) => s.select(positive, dy, s.mul(s.add(y, s.splat(a)), dy)),
            Self::Sigmoid => s.mul(s.mul(y, s.sub(s.splat(1.0), y)), dy),
            Self::Tanh => s.mul(s.fnma(y, y, s.splat(1.0)), dy),
            Self::ClippedRelu(top) => s.select(positive, s.select(s.gt(s.splat(top), y), dy, s.zero()), s.zero()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::simd::{Isa, Kernel};
    use crate::ops::activation::reference;

    struct Both(Activation, f32);

    impl Kernel for Both {
        type Output = [f32; 2];

        #[inline(always)]
        fn run<S: Simd>(self, s: S) -> [f32; 2] {
            let y = self.0.apply(s, s.splat(self.1));
            [y, self.0.gradient(s, y, s.splat(1.5))].map(|v| s.to_array(v)[3])
        }
    }

    #[test]
    fn as_the_reference() {
        use Activation::{ClippedRelu, Elu, Identity, LeakyRelu, Relu, Sigmoid, Tanh};
        for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
            for f in [Identity, Relu, LeakyRelu(0.1), Elu(0.7), Sigmoid, Tanh, ClippedRelu(2.0)] {
                for i in -400..=400 {
                    let x = i as f32 / 50.0;
                    let exact = reference::apply(f, f64::from(x));
                    let [y, dx] = isa.run(Both(f, x));
                    assert!((f64::from(y) - exact).abs() < 1e-6 * exact.abs().max(1e-3), "{f:?} {x} {y} {exact}");
                    let slope = 1.5 * reference::slope(f, f64::from(y));
                    assert!((f64::from(dx) - slope).abs() < 1e-5, "{f:?} {x} {dx} {slope}");
                }
            }
            assert!(isa.run(Both(Relu, f32::NAN))[0].is_nan());
        }
    }
}
