//! The numbers that scalar references are generic over: `f32` to compare with kernels, `f64` for finite differences.

use std::fmt::{Debug, Display};
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

/// `f32` or `f64`.
pub trait Real:
    Copy
    + Debug
    + Default
    + Display
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + Sum
    + Send
    + Sync
    + 'static
{
    /// 0
    const ZERO: Self;
    /// 1
    const ONE: Self;
    /// Below every number.
    const NEG_INFINITY: Self;

    /// The nearest number.
    fn from_f64(value: f64) -> Self;
    /// The same number.
    fn to_f64(self) -> f64;
    /// `e^self`
    #[must_use]
    fn exp(self) -> Self;
    /// `e^self - 1`, exact near 0.
    #[must_use]
    fn exp_m1(self) -> Self;
    /// Natural logarithm.
    #[must_use]
    fn ln(self) -> Self;
    /// Square root.
    #[must_use]
    fn sqrt(self) -> Self;
    /// `self^exponent`
    #[must_use]
    fn powf(self, exponent: Self) -> Self;
    /// Hyperbolic tangent.
    #[must_use]
    fn tanh(self) -> Self;
    /// Absolute value.
    #[must_use]
    fn abs(self) -> Self;
    /// The larger; the other one where one is not a number.
    #[must_use]
    fn max(self, other: Self) -> Self;
    /// The smaller; the other one where one is not a number.
    #[must_use]
    fn min(self, other: Self) -> Self;
    /// `self * factor + term`, rounded once.
    #[must_use]
    fn mul_add(self, factor: Self, term: Self) -> Self;

    /// The nearest number to a count or an index.
    fn from_usize(value: usize) -> Self {
        Self::from_f64(value as f64)
    }
}

macro_rules! real {
    ($float:ident) => {
        impl Real for $float {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const NEG_INFINITY: Self = $float::NEG_INFINITY;

            #[allow(clippy::cast_lossless)]
            fn from_f64(value: f64) -> Self {
                value as $float
            }
            #[allow(clippy::cast_lossless)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            fn exp(self) -> Self {
                $float::exp(self)
            }
            fn exp_m1(self) -> Self {
                $float::exp_m1(self)
            }
            fn ln(self) -> Self {
                $float::ln(self)
            }
            fn sqrt(self) -> Self {
                $float::sqrt(self)
            }
            fn powf(self, exponent: Self) -> Self {
                $float::powf(self, exponent)
            }
            fn tanh(self) -> Self {
                $float::tanh(self)
            }
            fn abs(self) -> Self {
                $float::abs(self)
            }
            fn max(self, other: Self) -> Self {
                $float::max(self, other)
            }
            fn min(self, other: Self) -> Self {
                $float::min(self, other)
            }
            fn mul_add(self, factor: Self, term: Self) -> Self {
                $float::mul_add(self, factor, term)
            }
        }
    };
}

real!(f32);
real!(f64);
