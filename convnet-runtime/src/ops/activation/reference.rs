//! Activations in scalars: the specification.

use super::Activation;
use crate::ops::real::Real;

/// `f(x)`; not a number where `x` is not.
pub fn apply<T: Real>(activation: Activation, x: T) -> T {
    let constant = |c: f32| T::from_f64(f64::from(c));
    match activation {
        Activation::Identity => x,
        Activation::Relu => {
            if x <= T::ZERO {
                T::ZERO
            } else {
                x
            }
        }
        Activation::LeakyRelu(slope) => {
            if x <= T::ZERO {
                constant(slope) * x
            } else {
                x
            }
        }
        Activation::Elu(a) => {
            if x <= T::ZERO {
                constant(a) * x.exp_m1()
            } else {
                x
            }
        }
        Activation::Sigmoid => T::ONE / (T::ONE + (-x).exp()),
        Activation::Tanh => x.tanh(),
        Activation::ClippedRelu(top) => {
            if x <= T::ZERO {
                T::ZERO
            } else if x >= constant(top) {
                constant(top)
            } else {
                x
            }
        }
    }
}

/// `f'(x)` as a function of `y = f(x)`.
pub fn slope<T: Real>(activation: Activation, y: T) -> T {
    let constant = |c: f32| T::from_f64(f64::from(c));
    let one_if = |condition| if condition { T::ONE } else { T::ZERO };
    match activation {
        Activation::Identity => T::ONE,
        Activation::Relu => one_if(y > T::ZERO),
        Activation::LeakyRelu(slope) => {
            if y > T::ZERO {
                T::ONE
            } else {
                constant(slope)
            }
        }
        Activation::Elu(a) => {
            if y > T::ZERO {
                T::ONE
            } else {
                y + constant(a)
            }
        }
        Activation::Sigmoid => y * (T::ONE - y),
        Activation::Tanh => T::ONE - y * y,
        Activation::ClippedRelu(top) => one_if(y > T::ZERO && y < constant(top)),
    }
}

/// `y = f(x)`
pub fn forward<T: Real>(activation: Activation, x: &[T]) -> Vec<T> {
    x.iter().map(|&x| apply(activation, x)).collect()
}

/// `dx = f'(x) dy`
pub fn backward<T: Real>(activation: Activation, y: &[T], dy: &[T]) -> Vec<T> {
    y.iter().zip(dy).map(|(&y, &dy)| slope(activation, y) * dy).collect()
}
