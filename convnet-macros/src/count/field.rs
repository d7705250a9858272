//! Receptive fields: how much of the input one position of each node sees, and how far the next position is.
//!
//! A window of F (with its dilation) and stride S makes a field r with stride j into r + (F - 1) j and j S. Behind an
//! upsampling strides are fractions. A network used as a layer is a window of its own field and stride, which only its
//! constants know: so all this is arithmetic on polynomials in those constants.

use proc_macro2::{Literal, TokenStream};
use quote::quote;
use syn::Path;

use super::ends;
use super::number::text;
use crate::ir::{Graph, NodeId, Op, Window};

/// A pair of expressions: height and width.
#[derive(Clone)]
pub struct Extent {
    height: Fraction,
    width: Fraction,
}

impl Extent {
    /// A constant expression of type `(u64, u64)`. `rt` must be the runtime's module for generated code.
    pub fn tokens(&self) -> TokenStream {
        let (height, width) = (self.height.tokens(), self.width.tokens());
        quote!((#height, #width))
    }

    /// The numbers, if no other network adds to them.
    #[cfg(test)]
    pub fn known(&self) -> Option<(u64, u64)> {
        self.height.known().zip(self.width.known())
    }
}

/// What all nodes see.
pub struct Fields {
    nodes: Vec<[Field; 2]>,
    /// The first node whose field is too large for 64 bits.
    pub overflow: Option<NodeId>,
}

/// In one direction, in parts of `parts` positions of the input.
#[derive(Clone)]
struct Field {
    reach: Sum,
    stride: Sum,
    parts: u64,
    /// After a gap, fc or flatten: it sees everything.
    ended: bool,
}

/// A sum over parts of a position, rounded up.
#[derive(Clone)]
struct Fraction {
    sum: Sum,
    parts: u64,
}

/// Products of networks' constants, each with a number before it; all are positive.
#[derive(Clone, Default, PartialEq, Eq)]
struct Sum {
    terms: Vec<(Vec<Factor>, u64)>,
}

#[derive(Clone)]
struct Factor {
    key: String,
    tokens: TokenStream,
}

impl PartialEq for Factor {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Factor {}

pub fn fields(graph: &Graph) -> Fields {
    let mut fields = Fields { nodes: Vec::new(), overflow: None };
    for (id, node) in graph.nodes.iter().enumerate() {
        let incoming = |axis: usize| {
            let inputs = node.inputs.iter().map(|&input| {
                let mut field = fields.nodes[input][axis].clone();
                field.ended |= ends(&graph.nodes[input].op, graph.nodes[input].volume);
                field
            });
            Field::join(inputs)
        };
        let after = |axis: usize| incoming(axis)?.through(&node.op, axis);
        let found = after(0).zip(after(1));
        if found.is_none() {
            fields.overflow = fields.overflow.or(Some(id));
        }
        let (height, width) = found.unwrap_or_else(|| (Field::start(), Field::start()));
        fields.nodes.push([height, width]);
    }
    let (height, width) = graph.nodes.first().map_or((1, 1), |input| input.volume.size());
    for ([rows, columns], node) in fields.nodes.iter_mut().zip(&graph.nodes) {
        let network = matches!(node.op, Op::Network(_));
        for (field, whole) in [(rows, height), (columns, width)] {
            if field.ended || (ends(&node.op, node.volume) && !network) {
                *field = Field { reach: Sum::number(whole), stride: field.stride.clone(), parts: 1, ended: true };
            }
        }
    }
    fields
}

impl Fields {
    pub fn receptive_field(&self, id: NodeId) -> Extent {
        let [height, width] = &self.nodes[id];
        Extent { height: height.reach(), width: width.reach() }
    }

    pub fn stride(&self, id: NodeId) -> Extent {
        let [height, width] = &self.nodes[id];
        Extent { height: height.stride(), width: width.stride() }
    }

    /// The largest field and stride among the nodes that still see single places.
    pub fn total(&self, graph: &Graph) -> (Extent, Extent) {
        let spatial = |id: NodeId| id < graph.trunk && !self.nodes[id][0].ended;
        let mut last: Vec<bool> = (0..self.nodes.len()).map(spatial).collect();
        for (id, node) in graph.nodes.iter().enumerate() {
            if spatial(id) {
                for &input in &node.inputs {
                    last[input] = false;
                }
            }
        }
        let ends = |axis: usize| {
            let ends = self.nodes.iter().zip(&last).filter(|(_, last)| **last);
            Field::join(ends.map(|(fields, _)| fields[axis].clone())).unwrap_or_else(Field::start)
        };
        let (height, width) = (ends(0), ends(1));
        let field = Extent { height: height.reach(), width: width.reach() };
        (field, Extent { height: height.stride(), width: width.stride() })
    }
}

impl Field {
    fn start() -> Self {
        Self { reach: Sum::number(1), stride: Sum::number(1), parts: 1, ended: false }
    }

    fn reach(&self) -> Fraction {
        Fraction { sum: self.reach.clone(), parts: self.parts }
    }

    fn stride(&self) -> Fraction {
        Fraction { sum: self.stride.clone(), parts: self.parts }
    }

    /// The largest of some fields; those that have ended do not count unless all have.
    fn join(fields: impl Iterator<Item = Self>) -> Option<Self> {
        let fields: Vec<Self> = fields.collect();
        let all_ended = fields.iter().all(|field| field.ended);
        let mut counted = fields.into_iter().filter(|field| all_ended || !field.ended);
        let Some(first) = counted.next() else { return Some(Self::start()) };
        counted.try_fold(first, |a, b| {
            let parts = a.parts.checked_mul(b.parts / gcd(a.parts, b.parts))?;
            let scale = |sum: &Sum, own: u64| sum.times(parts / own);
            Some(Self {
                reach: Sum::max(scale(&a.reach, a.parts)?, scale(&b.reach, b.parts)?),
                stride: Sum::max(scale(&a.stride, a.parts)?, scale(&b.stride, b.parts)?),
                parts,
                ended: a.ended,
            })
        })
    }

    fn through(self, op: &Op, axis: usize) -> Option<Self> {
        match op {
            Op::Conv(conv) => self.window(&conv.window, axis),
            Op::MaxPool(window) | Op::AvgPool(window) => self.window(window, axis),
            Op::Upsample { factor, bilinear } => self.upsample(along(*factor, axis), *bilinear),
            Op::Network(path) => self.network(path, axis),
            Op::Lrn { n, within: true, .. } => {
                Some(Self { reach: self.reach.plus(&self.stride.times(n - 1)?)?, ..self })
            }
            _ => Some(self),
        }
    }

    fn window(self, window: &Window, axis: usize) -> Option<Self> {
        let taps = along(window.kernel, axis).checked_sub(1)?;
        let more = taps.checked_mul(along(window.dilation, axis))?;
        let reach = self.reach.plus(&self.stride.times(more)?)?;
        let stride = self.stride.times(along(window.stride, axis))?;
        Some(Self { reach, stride, ..self }.reduced())
    }

    /// Positions come closer; bilinear ones see two positions each.
    fn upsample(self, factor: u64, bilinear: bool) -> Option<Self> {
        let more = u64::from(bilinear && factor > 1);
        let reach = self.reach.plus(&self.stride.times(more)?)?.times(factor)?;
        Some(Self { reach, parts: self.parts.checked_mul(factor)?, ..self }.reduced())
    }

    fn network(self, path: &Path, axis: usize) -> Option<Self> {
        let axis = Literal::usize_unsuffixed(axis);
        let name = text(path);
        let field = Factor {
            key: format!("{name} field {axis}"),
            tokens: quote!((<#path as rt::Network>::RECEPTIVE_FIELD.#axis - 1)),
        };
        let stride =
            Factor { key: format!("{name} stride {axis}"), tokens: quote!(<#path as rt::Network>::STRIDE.#axis) };
        let reach = self.reach.plus(&self.stride.by(&field))?;
        Some(Self { reach, stride: self.stride.by(&stride), ..self })
    }

    fn reduced(self) -> Self {
        let common = self.reach.divisor(self.stride.divisor(self.parts));
        if common <= 1 {
            return self;
        }
        let Self { reach, stride, parts, ended } = self;
        Self { reach: reach.over(common), stride: stride.over(common), parts: parts / common, ended }
    }
}

impl Fraction {
    fn known(&self) -> Option<u64> {
        self.sum.known().map(|sum| sum.div_ceil(self.parts))
    }

    fn tokens(&self) -> TokenStream {
        if let Some(known) = self.known() {
            return quote_number(known);
        }
        let sum = self.sum.tokens();
        let parts = quote_number(self.parts);
        if self.parts == 1 { sum } else { quote!(u64::div_ceil(#sum, #parts)) }
    }
}

impl Sum {
    fn number(value: u64) -> Self {
        Self { terms: vec![(Vec::new(), value)] }
    }

    fn known(&self) -> Option<u64> {
        match self.terms.as_slice() {
            [(factors, value)] if factors.is_empty() => Some(*value),
            _ => None,
        }
    }

    fn plus(&self, other: &Self) -> Option<Self> {
        let mut sum = self.clone();
        for (factors, number) in other.terms.iter().filter(|(_, number)| *number > 0) {
            match sum.terms.iter_mut().find(|(own, _)| own == factors) {
                Some((_, own)) => *own = own.checked_add(*number)?,
                None => sum.terms.push((factors.clone(), *number)),
            }
        }
        Some(sum)
    }

    fn times(&self, number: u64) -> Option<Self> {
        let terms = self.terms.iter().map(|(factors, own)| Some((factors.clone(), own.checked_mul(number)?)));
        Some(Self { terms: terms.collect::<Option<_>>()? })
    }

    fn by(&self, factor: &Factor) -> Self {
        let terms = self.terms.iter().map(|(factors, number)| {
            let mut factors = factors.clone();
            factors.push(factor.clone());
            factors.sort_by(|a, b| a.key.cmp(&b.key));
            (factors, *number)
        });
        Self { terms: terms.collect() }
    }

    fn over(&self, divisor: u64) -> Self {
        Self { terms: self.terms.iter().map(|(factors, number)| (factors.clone(), number / divisor)).collect() }
    }

    /// What divides all its numbers and `number`.
    fn divisor(&self, number: u64) -> u64 {
        self.terms.iter().fold(number, |common, &(_, number)| gcd(common, number))
    }

    /// One of the two where each term of the other is at most as large; a constant `if` otherwise.
    fn max(a: Self, b: Self) -> Self {
        if a.at_most(&b) {
            return b;
        }
        if b.at_most(&a) {
            return a;
        }
        let (left, right) = (a.tokens(), b.tokens());
        let tokens = quote!({ let (a, b): (u64, u64) = (#left, #right); if a < b { b } else { a } });
        let key = tokens.to_string();
        Self { terms: vec![(vec![Factor { key, tokens }], 1)] }
    }

    fn at_most(&self, other: &Self) -> bool {
        let in_other = |factors: &[Factor]| other.terms.iter().find(|(own, _)| own == factors).map_or(0, |&(_, n)| n);
        self.terms.iter().all(|(factors, number)| *number <= in_other(factors))
    }

    fn tokens(&self) -> TokenStream {
        let terms = self.terms.iter().map(|(factors, number)| {
            let number = (*number != 1 || factors.is_empty()).then(|| quote_number(*number));
            let factors = number.into_iter().chain(factors.iter().map(|factor| factor.tokens.clone()));
            // `#(..)**` would be a repetition without a separator and a star behind it.
            factors.reduce(|product, factor| quote!(#product * #factor))
        });
        quote!(#(#terms)+*)
    }
}

fn quote_number(number: u64) -> TokenStream {
    let number = Literal::u64_unsuffixed(number);
    quote!(#number)
}

fn along((height, width): (u64, u64), axis: usize) -> u64 {
    if axis == 0 { height } else { width }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}
