//! `ast::NetworkDef` -> `ir::Graph`: repeats and blocks are unrolled, defaults filled in, volumes computed, names given.
//! Every error of meaning is found here; the graph comes out all the same, with guesses where something was wrong.

mod branches;
mod calls;
mod flow;
mod layers;
mod names;
mod numbers;
mod report;
mod stated;
mod steps;
#[cfg(test)]
mod tests;
mod windows;

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use syn::Ident;

use crate::ast::{NetworkDef, Step};
use crate::diag::shape::Sliding;
use crate::diag::{self, Errors};
use crate::ir::{Conv, ConvKind, Graph, Node, NodeId, Op, Output, Tap, Weights, WeightsId};
use crate::shape::Volume;
use calls::{Sharing, Source};
use flow::Sure;
use names::{Child, Level};
use report::Reported;

pub use flow::Flow;
pub use names::camel;
pub use report::Place;

/// More nodes than any network has; a slip in a repeat must not exhaust the memory.
const MOST_NODES: usize = 10_000;
/// Steps that make no node must end too.
const MOST_STEPS: usize = 100_000;

pub fn lower(def: NetworkDef, errors: &mut Errors) -> Graph {
    let Lowered { nodes, trunk, mut weights, mut output, taps } = walk(&def, errors);
    let sound = errors.is_empty();
    let networks = nodes.iter().any(|node| matches!(node.op, Op::Network(_)));
    let convolves = |node: &Node| matches!(&node.op, Op::Conv(Conv { kind, .. }) if *kind != ConvKind::Fc);
    if let Some(said) = def.algorithm_said.as_ref().filter(|_| sound && !nodes.iter().any(convolves)) {
        errors.at(said, diag::syntax::no_convolutions(&def.name, networks));
    }
    let halves = |node: &Node| matches!(node.op, Op::Conv(Conv { half: true, .. }));
    if let Some(half) = def.half.as_ref().filter(|_| sound && !nodes.iter().any(halves)) {
        errors.at(half, diag::syntax::no_weights_to_halve(&def.name, networks));
    }
    names::types(&def.name, &mut weights, &mut output, errors);
    let NetworkDef { attributes, visibility, name, budgets, .. } = def;
    Graph { attributes, visibility, name, budgets, nodes, trunk, weights, output, taps }
}

/// What the walk makes of a graph.
struct Lowered {
    nodes: Vec<Node>,
    trunk: usize,
    weights: Vec<Weights>,
    output: Output,
    taps: Vec<Tap>,
}

fn walk(def: &NetworkDef, errors: &mut Errors) -> Lowered {
    let bad_calls = calls::check(def, errors);
    let mut lowering = Lowering {
        def,
        errors,
        bad_calls,
        nodes: Vec::new(),
        weights: Vec::new(),
        taps: Vec::new(),
        constants: BTreeSet::new(),
        sliding: BTreeMap::new(),
        levels: vec![Level::root()],
        arguments: Vec::new(),
        places: Vec::new(),
        active: Vec::new(),
        reported: Reported::default(),
        sharing: BTreeMap::new(),
        sources: Vec::new(),
        frozen: 0,
        heads: None,
        trunk: None,
        steps: 0,
        full: false,
    };
    let input = lowering.push(NewNode {
        op: Op::Input,
        inputs: Vec::new(),
        volume: def.input.volume,
        text: "input".to_owned(),
        key: String::new(),
        weights: None,
        tokens: def.input.tokens.clone(),
    });
    let input = Flow { node: input, volume: def.input.volume, sure: Sure::ALL };
    let end = lowering.chain(&def.chain, input, true);
    lowering.finish(end)
}

/// The state of the walk over the tree.
struct Lowering<'a> {
    def: &'a NetworkDef,
    errors: &'a mut Errors,
    /// Calls that `calls::check` has refused, by their address.
    bad_calls: BTreeSet<usize>,
    nodes: Vec<Node>,
    weights: Vec<Weights>,
    taps: Vec<Tap>,
    /// The taps' names.
    constants: BTreeSet<String>,
    /// How the windows of convolutions and pools slide, for errors about what they give.
    sliding: BTreeMap<NodeId, Sliding>,
    /// The open levels of names, the root first.
    levels: Vec<Level>,
    /// Parameters and their values, per open block call.
    arguments: Vec<Vec<(String, u64)>>,
    /// The block calls and repetitions around the step at hand.
    places: Vec<Place>,
    /// The steps around the one at hand.
    active: Vec<&'a Step>,
    reported: Reported,
    /// Shared blocks by name, after their first call.
    sharing: BTreeMap<String, Sharing>,
    /// Where weights come from: of the innermost shared call.
    sources: Vec<Source>,
    /// Depth of `frozen`.
    frozen: usize,
    heads: Option<Vec<(Ident, Output)>>,
    trunk: Option<usize>,
    steps: usize,
    /// The network is too large; all loops end.
    full: bool,
}

struct NewNode {
    op: Op,
    inputs: Vec<NodeId>,
    volume: Volume,
    text: String,
    key: String,
    weights: Option<WeightsId>,
    tokens: TokenStream,
}

/// A node that is a layer: it has one input and a name.
struct NewLayer<'t> {
    op: Op,
    from: Flow,
    volume: Volume,
    sure: Sure,
    text: String,
    child: Child,
    tokens: &'t TokenStream,
}

impl Lowering<'_> {
    fn push(&mut self, new: NewNode) -> NodeId {
        let NewNode { op, inputs, mut volume, text, key, weights, tokens } = new;
        if volume.len().is_none() {
            self.too_large(&tokens, &text, volume);
            volume = Volume::Map { height: 1, width: 1, depth: 1 };
        }
        self.nodes.push(Node { op, inputs, volume, text, key, weights, frozen: self.frozen > 0, tokens });
        self.nodes.len() - 1
    }

    /// A layer that comes after `layer.from`.
    fn push_layer(&mut self, layer: NewLayer<'_>) -> Flow {
        let weights = match layer.op {
            Op::Conv(_) | Op::Bn { .. } | Op::Network(_) => Some(self.weights_for(&layer)),
            _ => None,
        };
        let NewLayer { op, from, volume, sure, text, child, tokens } = layer;
        let key = weights.map_or(child.key, |id| self.weights[id].key.clone());
        let inputs = vec![from.node];
        let node = self.push(NewNode { op, inputs, volume, text, key, weights, tokens: tokens.clone() });
        self.flow(node, volume, sure)
    }

    /// What goes on from a node; nothing is sure if its volume was too large to be one.
    fn flow(&self, node: NodeId, volume: Volume, sure: Sure) -> Flow {
        let kept = self.nodes[node].volume;
        Flow { node, volume: kept, sure: if kept == volume { sure } else { Sure::NOTHING } }
    }

    fn finish(self, end: Flow) -> Lowered {
        if self.nodes.len() == 1 && self.errors.is_empty() {
            self.errors.at(&self.def.name, diag::layer::no_layers(&self.def.name));
        }
        Lowered {
            trunk: self.trunk.unwrap_or(self.nodes.len()),
            nodes: self.nodes,
            weights: self.weights,
            output: self.heads.map_or(Output::Node(end.node), Output::Heads),
            taps: self.taps,
        }
    }
}
