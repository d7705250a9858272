//! Arithmetic with the constants of other networks: sums of products, and constant expressions of them.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::Path;

/// Products of networks' constants, each with a number before it; all are positive.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sum {
    terms: Vec<(Vec<Factor>, u64)>,
}

#[derive(Clone)]
pub struct Factor {
    key: String,
    tokens: TokenStream,
    /// How many constants stand in it.
    constants: usize,
}

/// Each maximum holds both its sides, so that nested ones would grow without bounds.
const MOST_CONSTANTS: usize = 64;

impl PartialEq for Factor {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Factor {}

impl Factor {
    /// How much a network's receptive field adds to one position.
    pub fn field(path: &Path, axis: usize) -> Self {
        let axis = Literal::usize_unsuffixed(axis);
        let tokens = quote!((<#path as rt::Network>::RECEPTIVE_FIELD.#axis - 1));
        Self { key: tokens.to_string(), tokens, constants: 1 }
    }

    pub fn stride(path: &Path, axis: usize) -> Self {
        let axis = Literal::usize_unsuffixed(axis);
        let tokens = quote!(<#path as rt::Network>::STRIDE.#axis);
        Self { key: tokens.to_string(), tokens, constants: 1 }
    }
}

/// A sum over parts of a position, rounded up.
#[derive(Clone)]
pub struct Fraction {
    pub sum: Sum,
    pub parts: u64,
}

impl Sum {
    pub fn number(value: u64) -> Self {
        Self { terms: vec![(Vec::new(), value)] }
    }

    pub fn known(&self) -> Option<u64> {
        match self.terms.as_slice() {
            [(factors, value)] if factors.is_empty() => Some(*value),
            _ => None,
        }
    }

    pub fn plus(&self, other: &Self) -> Option<Self> {
        let mut sum = self.clone();
        for (factors, number) in other.terms.iter().filter(|(_, number)| *number > 0) {
            match sum.terms.iter_mut().find(|(own, _)| own == factors) {
                Some((_, own)) => *own = own.checked_add(*number)?,
                None => sum.terms.push((factors.clone(), *number)),
            }
        }
        Some(sum)
    }

    pub fn times(&self, number: u64) -> Option<Self> {
        let terms = self.terms.iter().map(|(factors, own)| Some((factors.clone(), own.checked_mul(number)?)));
        Some(Self { terms: terms.collect::<Option<_>>()? })
    }

    pub fn by(&self, factor: &Factor) -> Self {
        let terms = self.terms.iter().map(|(factors, number)| {
            let mut factors = factors.clone();
            factors.push(factor.clone());
            factors.sort_by(|a, b| a.key.cmp(&b.key));
            (factors, *number)
        });
        Self { terms: terms.collect() }
    }

    pub fn over(&self, divisor: u64) -> Self {
        Self { terms: self.terms.iter().map(|(factors, number)| (factors.clone(), number / divisor)).collect() }
    }

    /// What divides all its numbers and `number`.
    pub fn divisor(&self, number: u64) -> u64 {
        self.terms.iter().fold(number, |common, &(_, number)| gcd(common, number))
    }

    /// One of the two where each term of the other is at most as large; a constant `if` otherwise, or, where that would
    /// be too long, a bound: each term as large as in either.
    pub fn max(a: Self, b: Self) -> Self {
        if a.at_most(&b) {
            return b;
        }
        if b.at_most(&a) {
            return a;
        }
        let constants = a.constants() + b.constants();
        if constants > MOST_CONSTANTS {
            return Self::bound(a, b);
        }
        let (left, right) = (a.tokens(), b.tokens());
        let tokens = quote!({ let (a, b): (u64, u64) = (#left, #right); if a < b { b } else { a } });
        let key = tokens.to_string();
        Self { terms: vec![(vec![Factor { key, tokens, constants }], 1)] }
    }

    fn bound(mut a: Self, b: Self) -> Self {
        for (factors, number) in b.terms {
            match a.terms.iter_mut().find(|(own, _)| *own == factors) {
                Some((_, own)) => *own = number.max(*own),
                None => a.terms.push((factors, number)),
            }
        }
        a
    }

    pub fn constants(&self) -> usize {
        self.terms.iter().flat_map(|(factors, _)| factors).map(|factor| factor.constants).sum()
    }

    fn at_most(&self, other: &Self) -> bool {
        let in_other = |factors: &[Factor]| other.terms.iter().find(|(own, _)| own == factors).map_or(0, |&(_, n)| n);
        self.terms.iter().all(|(factors, number)| *number <= in_other(factors))
    }

    pub fn tokens(&self) -> TokenStream {
        let terms = self.terms.iter().map(|(factors, number)| {
            let number = (*number != 1 || factors.is_empty()).then(|| quote_number(*number));
            let mut factors = number.into_iter().chain(factors.iter().map(|factor| factor.tokens.clone()));
            let first = factors.next();
            quote!(#first #(* #factors)*)
        });
        quote!(#(#terms)+*)
    }
}

fn quote_number(number: u64) -> TokenStream {
    let number = Literal::u64_unsuffixed(number);
    quote!(#number)
}

impl Fraction {
    pub fn known(&self) -> Option<u64> {
        self.sum.known().map(|sum| sum.div_ceil(self.parts))
    }

    pub fn tokens(&self) -> TokenStream {
        if let Some(known) = self.known() {
            return quote_number(known);
        }
        let sum = self.sum.tokens();
        let parts = quote_number(self.parts);
        if self.parts == 1 { sum } else { quote!(u64::div_ceil(#sum, #parts)) }
    }
}

pub fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}
