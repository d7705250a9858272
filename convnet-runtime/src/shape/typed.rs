//! The formula as arithmetic on typenum's numbers, for code that is generic over networks: the size that a layer gives
//! is then a type, as [`Network::InputHeight`](crate::network::Network::InputHeight) is.
//!
//! ```
//! use convnet_runtime::shape::typed::{ConvOut, PoolOut};
//! use typenum::{U0, U1, U2, U5, U14, U32, Unsigned};
//!
//! // conv5 of stride 1 without padding, then a 2x2 pool.
//! type Conv = ConvOut<U32, U5, U1, U0>;
//! assert_eq!(Conv::USIZE, 28);
//! assert_eq!(<PoolOut<Conv, U2, U2> as Unsigned>::USIZE, U14::USIZE);
//! ```

use typenum::U0;
use typenum::operator_aliases::{Add1, Diff, Minimum, PartialQuot, Prod, Quot, Sub1, Sum};

/// `W + 2P - F`: how far the first window can move.
pub type Slack<W, F, P> = Diff<Sum<Sum<W, P>, P>, F>;

/// `(W + 2P - F) / S + 1`, a rest dropped: `Rounding::Floor`.
pub type ConvOut<W, F, S, P> = Add1<Quot<Slack<W, F, P>, S>>;

/// `(W + 2P - F) / S + 1`, not defined where the division leaves a rest: `Rounding::Exact`.
pub type ExactOut<W, F, S, P> = Add1<PartialQuot<Slack<W, F, P>, S>>;

/// `(W - F) / S + 1`: a pool without padding.
pub type PoolOut<W, F, S> = ConvOut<W, F, S, U0>;

/// `min(ceil((W + 2P - F) / S) + 1, ceil((W + P) / S))`: `Rounding::Ceil`; no window begins at or beyond W + P.
pub type CeilOut<W, F, S, P> = Minimum<Add1<CeilQuot<Slack<W, F, P>, S>>, CeilQuot<Sum<W, P>, S>>;

/// `ceil(W / S)`: `Rounding::Same`.
pub type SameOut<W, S> = CeilQuot<W, S>;

/// `ceil(A / B)`
pub type CeilQuot<A, B> = Quot<Sub1<Sum<A, B>>, B>;

/// `D (F - 1) + 1`: what a filter of dilation D covers.
pub type Dilated<F, D> = Add1<Prod<D, Sub1<F>>>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Rounding, extent};
    use typenum::*;

    macro_rules! sweep {
        ($($w:ident)*; $rest:tt) => { $(sweep!(@f $w $rest);)* };
        (@f $w:ident { $($f:ident)*; $rest:tt }) => { $(sweep!(@s $w $f $rest);)* };
        (@s $w:ident $f:ident { $($s:ident)*; $rest:tt }) => { $(sweep!(@p $w $f $s $rest);)* };
        (@p $w:ident $f:ident $s:ident { $($p:ident)* }) => { $(compare::<$w, $f, $s, $p>(
            <ConvOut<$w, $f, $s, $p>>::USIZE,
            <CeilOut<$w, $f, $s, $p>>::USIZE,
            <SameOut<$w, $s>>::USIZE,
        );)* };
    }

    fn compare<W: Unsigned, F: Unsigned, S: Unsigned, P: Unsigned>(floor: usize, ceil: usize, same: usize) {
        let extent = |rounding| extent(W::USIZE, F::USIZE, S::USIZE, P::USIZE, P::USIZE, 1, rounding);
        assert_eq!(Some(floor), extent(Rounding::Floor));
        assert_eq!(Some(same), extent(Rounding::Same));
        assert_eq!(Some(ceil), extent(Rounding::Ceil));
    }

    #[test]
    fn types_agree_with_numbers() {
        sweep!(U5 U6 U7 U8 U13 U27 U28 U32 U224 U227; { U1 U2 U3 U5; { U1 U2 U3 U4; { U0 U1 U2 } } });
    }

    macro_rules! dilated {
        ($($f:ident)*; $d:tt) => { $(dilated!(@ $f $d);)* };
        (@ $f:ident { $($d:ident)* }) => { $(
            type Window = Dilated<$f, $d>;
            assert_eq!(
                Some(<ConvOut<U40, Window, U2, U1>>::USIZE),
                extent(40, $f::USIZE, 2, 1, 1, $d::USIZE, Rounding::Floor)
            );
        )* };
    }

    #[test]
    fn dilation_agrees() {
        macro_rules! each { ($($f:ident $d:ident),*) => { $({ dilated!($f; { $d }); })* } }
        each!(U1 U1, U1 U3, U2 U2, U3 U1, U3 U2, U3 U4, U5 U2, U5 U3);
    }

    #[test]
    fn exact_agrees_where_it_fits() {
        assert_eq!(Some(<ExactOut<U227, U11, U4, U0>>::USIZE), extent(227, 11, 4, 0, 0, 1, Rounding::Exact));
        assert_eq!(Some(<ExactOut<U32, U3, U1, U1>>::USIZE), extent(32, 3, 1, 1, 1, 1, Rounding::Exact));
        assert_eq!(Some(<ExactOut<U1, U3, U1, U1>>::USIZE), extent(1, 3, 1, 1, 1, 1, Rounding::Exact));
    }
}
