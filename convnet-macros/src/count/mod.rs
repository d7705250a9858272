//! `ir::Graph` -> how many parameters and multiply-accumulates each node has, what it sees of the input, and the totals.
//! What is inside another network stays a sum with that network's constants.

mod field;
mod number;
mod sum;
#[cfg(test)]
mod tests;

use crate::ast::{Budget, BudgetKind};
use crate::diag::{self, Errors};
use crate::ir::{Bias, Conv, Graph, Node, NodeId, Op};
use crate::shape::Volume;

pub use field::Extent;
pub use number::{Count, grouped, text};

pub struct Counts {
    /// By node.
    pub nodes: Vec<NodeCounts>,
    pub params: Count,
    pub macs: Count,
    /// Before the first gap, fc, flatten or head; the maximum over branches.
    pub receptive_field: Extent,
    /// There.
    pub stride: Extent,
}

pub struct NodeCounts {
    /// Nothing where the weights are an earlier node's.
    pub params: Count,
    pub macs: Count,
    /// The whole input after a gap, fc or flatten.
    pub receptive_field: Extent,
    pub stride: Extent,
}

pub fn count(graph: &Graph, errors: &mut Errors) -> Counts {
    // After an error all volumes may be guesses, and nothing is generated.
    let fields = if errors.is_empty() { field::fields(graph) } else { field::Fields::unknown(graph) };
    let mut nodes = Vec::new();
    let mut too_large = None;
    for (id, node) in graph.nodes.iter().enumerate() {
        let (params, macs) = (params(graph, id), macs(graph, node));
        if params.is_none() || macs.is_none() || fields.overflow == Some(id) {
            too_large = too_large.or(Some(id));
        }
        nodes.push(NodeCounts {
            params: params.unwrap_or_default(),
            macs: macs.unwrap_or_default(),
            receptive_field: fields.receptive_field(id),
            stride: fields.stride(id),
        });
    }
    let (params, macs) = (Count::sum(nodes.iter().map(|n| &n.params)), Count::sum(nodes.iter().map(|n| &n.macs)));
    if params.is_none() || macs.is_none() {
        too_large = too_large.or(heaviest(&nodes, |n| &n.macs));
    }
    let counts = Counts {
        nodes,
        params: params.unwrap_or_default(),
        macs: macs.unwrap_or_default(),
        receptive_field: fields.total(graph).0,
        stride: fields.total(graph).1,
    };
    if errors.is_empty() {
        match too_large {
            Some(id) => errors.at(&graph.nodes[id].tokens, diag::count::too_large(&graph.nodes[id])),
            None => check_budgets(graph, &counts, errors),
        }
    }
    counts
}

/// Trainable values.
fn params(graph: &Graph, id: NodeId) -> Option<Count> {
    let node = &graph.nodes[id];
    let first = node.weights.and_then(|weights| graph.weights.get(weights)).map(|weights| weights.node);
    if first != Some(id) {
        return Some(Count::default());
    }
    match &node.op {
        Op::Conv(conv) => {
            let biases = match conv.bias {
                Bias::None => 0,
                Bias::Channel => conv.filters,
                Bias::Position => node.volume.len()?,
            };
            taps(graph, node, conv)?.checked_mul(conv.filters)?.checked_add(biases).map(Count::known)
        }
        Op::Bn { .. } => node.volume.depth().checked_mul(2).map(Count::known),
        Op::Network(path) => Some(Count::network(path)),
        _ => Some(Count::default()),
    }
}

fn macs(graph: &Graph, node: &Node) -> Option<Count> {
    match &node.op {
        Op::Conv(conv) => taps(graph, node, conv)?.checked_mul(node.volume.len()?).map(Count::known),
        Op::Network(path) => Some(Count::network(path)),
        _ => Some(Count::default()),
    }
}

/// Weights of one filter.
fn taps(graph: &Graph, node: &Node, conv: &Conv) -> Option<u64> {
    let depth = node.inputs.first().map_or(1, |&input| graph.nodes[input].volume.depth());
    let (height, width) = conv.window.kernel;
    height.checked_mul(width)?.checked_mul(depth / conv.groups.max(1))
}

fn heaviest(nodes: &[NodeCounts], count: impl Fn(&NodeCounts) -> &Count) -> Option<NodeId> {
    (0..nodes.len()).max_by_key(|&id| (count(&nodes[id]).known, std::cmp::Reverse(id)))
}

/// Budgets of parameters and products; those that depend on other networks are asserted by the generated code.
fn check_budgets(graph: &Graph, counts: &Counts, errors: &mut Errors) {
    for budget @ Budget { kind, limit, tokens } in &graph.budgets {
        let of: fn(&NodeCounts) -> &Count = match kind {
            BudgetKind::Params => |node| &node.params,
            BudgetKind::Macs => |node| &node.macs,
            BudgetKind::Activations | BudgetKind::Train => continue,
        };
        let total = if *kind == BudgetKind::Params { &counts.params } else { &counts.macs };
        if total.is_known() && total.known > *limit {
            let most = heaviest(&counts.nodes, of).map(|id| (&graph.nodes[id], of(&counts.nodes[id]).known));
            errors.at(tokens, diag::count::budget(&graph.name, budget, total.known, most));
        }
    }
}

/// Whether windows after a node still see single places.
fn ends(op: &Op, volume: Volume) -> bool {
    match op {
        Op::Gap | Op::Flatten => true,
        Op::Conv(conv) => conv.kind == crate::ir::ConvKind::Fc,
        Op::Network(_) => matches!(volume, Volume::Features(_)),
        _ => false,
    }
}
