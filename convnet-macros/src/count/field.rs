//! Receptive fields: how much of the input one position of each node sees, and how far the next position is.
//!
//! A window of F (with its dilation) and stride S makes a field r with stride j into r + (F - 1) j and j S. Behind an
//! upsampling strides are fractions. A network used as a layer is a window of its own field and stride, which only its
//! constants know: so all this is arithmetic on polynomials in those constants. As usual, norms do not count.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

use super::ends;
use super::sum::{Factor, Fraction, Sum, gcd};
use crate::ir::{Graph, NodeId, Op, Window};

/// A sum over so many networks is refused like one that is too large.
const MOST_IN_A_ROW: usize = 1000;

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
    pub fn unknown(graph: &Graph) -> Self {
        Self { nodes: graph.nodes.iter().map(|_| [Field::start(), Field::start()]).collect(), overflow: None }
    }

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
        if self.reach.constants() > MOST_IN_A_ROW {
            return None;
        }
        let reach = self.reach.plus(&self.stride.by(&Factor::field(path, axis)))?;
        let stride = Factor::stride(path, axis);
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

fn along((height, width): (u64, u64), axis: usize) -> u64 {
    if axis == 0 { height } else { width }
}
