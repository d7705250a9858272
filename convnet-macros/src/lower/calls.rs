//! Blocks: calls that cannot be unrolled are found before the walk; shared calls use one set of weights.

use std::collections::{BTreeMap, BTreeSet};

use syn::Ident;

use super::flow::Flow;
use super::names::{Child, Level};
use super::report::{Place, address};
use super::{Lowering, NewLayer};
use crate::ast::{Block, Call, Chain, Item, NetworkDef};
use crate::diag::{self, Errors};
use crate::ir::{Bias, Conv, Node, Op, Weights, WeightsId};

/// What a shared block's first call has made.
pub struct Sharing {
    child: Child,
    /// The first call, with its arguments.
    text: String,
    weights: Vec<WeightsId>,
}

/// Where weights come from inside a shared block.
pub enum Source {
    /// The first call makes them.
    Record(Vec<WeightsId>),
    /// A later call takes them one after the other.
    Replay { call: String, first: String, weights: std::vec::IntoIter<WeightsId>, misfit: bool },
}

/// Refuses calls with a wrong number of arguments and calls that close a circle; gives their addresses.
pub fn check(def: &NetworkDef, errors: &mut Errors) -> BTreeSet<usize> {
    let mut bad = BTreeSet::new();
    let blocks: BTreeMap<String, &Block> = def.blocks.iter().map(|block| (block.name.to_string(), block)).collect();
    let mut done = BTreeSet::new();
    for block in &def.blocks {
        close_circles(block, &blocks, &mut Vec::new(), &mut done, &mut bad, errors);
    }
    let chains = def.blocks.iter().map(|block| &block.chain).chain([&def.chain]);
    for call in chains.flat_map(calls) {
        if let Some(block) = blocks.get(&call.name.to_string())
            && block.parameters.len() != call.arguments.len()
        {
            bad.insert(address(call));
            errors.at(&call.tokens, diag::calls::wrong_arguments(block, call.arguments.len()));
        }
    }
    bad
}

fn close_circles<'a>(
    block: &'a Block,
    blocks: &BTreeMap<String, &'a Block>,
    open: &mut Vec<&'a Ident>,
    done: &mut BTreeSet<String>,
    bad: &mut BTreeSet<usize>,
    errors: &mut Errors,
) {
    if !done.insert(block.name.to_string()) {
        return;
    }
    open.push(&block.name);
    for call in calls(&block.chain) {
        if let Some(begin) = open.iter().position(|name| **name == call.name) {
            bad.insert(address(call));
            errors.at(&call.tokens, diag::calls::recursion(&open[begin..]));
        } else if let Some(inner) = blocks.get(&call.name.to_string()) {
            close_circles(inner, blocks, open, done, bad, errors);
        }
    }
    open.pop();
}

/// All calls in a chain, in order.
fn calls(chain: &Chain) -> Vec<&Call> {
    let mut found = Vec::new();
    for step in &chain.steps {
        calls_in(&step.item, &mut found);
    }
    found
}

fn calls_in<'a>(item: &'a Item, found: &mut Vec<&'a Call>) {
    match item {
        Item::Call(call) => found.push(call),
        Item::Frozen(inner) => calls_in(inner, found),
        Item::Group(chain) => found.extend(calls(chain)),
        Item::Sum(branches) | Item::Concat(branches) => found.extend(branches.chains.iter().flat_map(calls)),
        Item::Heads(heads) => found.extend(heads.iter().flat_map(|head| calls(&head.chain))),
        Item::Layer(_) | Item::Skip | Item::Volume(_) | Item::Network(_) | Item::Unknown => {}
    }
}

impl<'a> Lowering<'a> {
    pub fn call(&mut self, call: &'a Call, name: Option<&Ident>, flow: Flow, last: bool) -> Flow {
        let def = self.def;
        let block = def.blocks.iter().find(|block| block.name == call.name);
        let Some(block) = block.filter(|_| !self.bad_calls.contains(&address(call))) else {
            self.numbered_as_layer(name);
            return flow.unknown();
        };
        let values = call.arguments.iter().map(|argument| self.value(argument).unwrap_or(1));
        let arguments = block.parameters.iter().map(ToString::to_string).zip(values).collect();
        let texts: Vec<String> = call.arguments.iter().map(|argument| self.number_text(argument)).collect();
        let text = format!("{}({})", call.name, texts.join(", "));

        if call.shared {
            self.begin_shared(call, name, &text);
        } else {
            let child = self.child(name, &call.name.to_string(), call.name.span());
            self.open(child);
        }
        self.arguments.push(arguments);
        self.places.push(Place::Call { text: text.clone(), address: address(call) });
        let flow = self.chain(&block.chain, flow, last);
        self.places.pop();
        self.arguments.pop();
        if call.shared {
            self.end_shared(call, text);
        }
        self.close();
        flow
    }

    /// Opens the level of a shared call: its own for the first call and for a named one, else the first call's again.
    fn begin_shared(&mut self, call: &Call, name: Option<&Ident>, text: &str) {
        let word = call.name.to_string();
        let earlier = self
            .sharing
            .get(&word)
            .map(|sharing| (sharing.child.clone(), sharing.text.clone(), sharing.weights.clone()));
        match earlier {
            None => {
                let child = self.child(name, &word, call.name.span());
                self.open(child);
                self.sources.push(Source::Record(Vec::new()));
            }
            Some((first_child, first, weights)) => {
                if name.is_some() {
                    let child = self.child(name, &word, call.name.span());
                    self.open(child);
                } else {
                    self.levels.push(Level::of(first_child, true));
                }
                let weights = weights.into_iter();
                self.sources.push(Source::Replay { call: text.to_owned(), first, weights, misfit: false });
            }
        }
    }

    fn end_shared(&mut self, call: &Call, text: String) {
        match self.sources.pop() {
            Some(Source::Record(weights)) => {
                let child = self.levels.last().map_or_else(|| Level::root().place(), Level::place);
                self.sharing.insert(call.name.to_string(), Sharing { child, text, weights });
            }
            Some(Source::Replay { first, weights, misfit: false, .. }) if !weights.as_slice().is_empty() => {
                self.report(address(call), "shared", &call.tokens, &diag::calls::fewer_weights(&text, &first));
            }
            Some(Source::Replay { .. }) | None => {}
        }
    }

    /// New weights for a layer that is about to be made, or those of the shared block's first call.
    pub fn weights_for(&mut self, layer: &NewLayer<'_>) -> WeightsId {
        if let Some(id) = self.replayed_weights(layer) {
            self.weights[id].frozen &= self.frozen > 0;
            return id;
        }
        let id = self.weights.len();
        let Child { key, path } = layer.child.clone();
        self.weights.push(Weights { key, path, node: self.nodes.len(), frozen: self.frozen > 0 });
        if let Some(Source::Record(weights)) = self.sources.last_mut() {
            weights.push(id);
        }
        id
    }

    fn replayed_weights(&mut self, layer: &NewLayer<'_>) -> Option<WeightsId> {
        let Some(Source::Replay { call, first, weights, misfit }) = self.sources.last_mut() else { return None };
        let id = weights.next();
        let other = id.map(|id| &self.nodes[self.weights[id].node]);
        let depth = |node: &Node| node.inputs.first().map_or(0, |&input| self.nodes[input].volume.depth());
        let fits = other.is_some_and(|other| alike(layer, other, depth(other)));
        if !fits && !*misfit && layer.from.sure.all() {
            *misfit = true;
            let other = other.map(|other| (other.text.as_str(), depth(other)));
            let message = diag::calls::other_weights(call, (&layer.text, layer.from.volume.depth()), first, other);
            self.report(self.here(), "shared", layer.tokens, &message);
        }
        id
    }
}

/// Whether a layer can use the weights of another one, whose input has `depth`.
fn alike(layer: &NewLayer<'_>, other: &Node, depth: u64) -> bool {
    let same_depth = layer.from.volume.depth() == depth;
    match (&layer.op, &other.op) {
        (Op::Conv(a), Op::Conv(b)) => {
            let filters = |conv: &Conv| (conv.window.kernel, conv.filters, conv.groups, conv.bias);
            let places = a.bias != Bias::Position || layer.volume == other.volume;
            filters(a) == filters(b) && places && same_depth
        }
        (Op::Bn { .. }, Op::Bn { .. }) => same_depth,
        (Op::Network(_), Op::Network(_)) => layer.text == other.text && layer.volume == other.volume,
        _ => false,
    }
}
