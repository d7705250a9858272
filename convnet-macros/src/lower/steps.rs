//! Chains, repeats, groups and heads.

use syn::Ident;

use super::Lowering;
use super::flow::Flow;
use super::report::Place;
use crate::ast::{Chain, Head, Item, Step, VolumeNode};
use crate::ir::Output;

/// Where a step stands.
#[derive(Clone, Copy)]
pub struct Stand<'a> {
    /// Nothing but stated volumes comes after it, up to the end of the network or of a head.
    pub last: bool,
    /// The volume stated after it.
    pub stated: Option<&'a VolumeNode>,
}

impl<'a> Lowering<'a> {
    pub fn chain(&mut self, chain: &'a Chain, mut flow: Flow, last: bool) -> Flow {
        for (i, step) in chain.steps.iter().enumerate() {
            let rest = &chain.steps[i + 1..];
            let stated = rest.first().and_then(|next| match &next.item {
                Item::Volume(volume) if next.repeat.is_none() => Some(volume),
                _ => None,
            });
            let last = last && rest.iter().all(|step| self.is_nothing(step));
            flow = self.step(step, flow, Stand { last, stated });
        }
        flow
    }

    /// Whether a step makes no layer.
    fn is_nothing(&self, step: &Step) -> bool {
        let dropped = step.repeat.as_ref().is_some_and(|repeat| self.value(repeat) == Some(0));
        dropped || matches!(step.item, Item::Volume(_) | Item::Skip)
    }

    fn step(&mut self, step: &'a Step, mut flow: Flow, stand: Stand<'a>) -> Flow {
        let repeats = step.repeat.as_ref().map_or(1, |repeat| self.value(repeat).unwrap_or(1));
        if repeats == 0 || !self.room() {
            return flow;
        }
        self.active.push(step);
        let item = thaw(&step.item);
        let brackets = matches!(item, Item::Group(_) | Item::Sum(_) | Item::Concat(_));
        let level = step.name.as_ref().filter(|_| brackets || step.repeat.is_some());
        if let Some(name) = level {
            let child = self.child(Some(name), "", name.span());
            self.open(child);
        }
        let name = if level.is_some() { None } else { step.name.as_ref() };
        for nth in 1..=repeats {
            let end = nth == repeats;
            let stand = Stand { last: stand.last && end, stated: stand.stated.filter(|_| end) };
            if repeats > 1 {
                self.places.push(Place::Repetition { nth, of: repeats });
            }
            flow = self.item(&step.item, name, flow, stand);
            if repeats > 1 {
                self.places.pop();
            }
            if !self.room() {
                flow = flow.unknown();
                break;
            }
        }
        if level.is_some() {
            self.close();
        }
        if let Some(name) = &step.name {
            self.tap(name, flow.node);
        }
        self.active.pop();
        flow
    }

    fn item(&mut self, item: &'a Item, name: Option<&'a Ident>, flow: Flow, stand: Stand<'a>) -> Flow {
        match item {
            Item::Layer(layer) => self.layer(layer, name, flow, stand.last),
            Item::Skip => flow,
            Item::Volume(volume) => self.stated(volume, flow),
            Item::Frozen(inner) => {
                self.frozen += 1;
                let flow = self.item(inner, name, flow, stand);
                self.frozen -= 1;
                flow
            }
            Item::Group(chain) => self.chain(chain, flow, stand.last),
            Item::Sum(branches) => self.sum(branches, flow),
            Item::Concat(branches) => self.concat(branches, flow),
            Item::Heads(heads) => self.heads(heads, flow),
            Item::Call(call) => self.call(call, name, flow, stand.last),
            Item::Network(path) => self.network(path, name, flow, stand.stated),
            Item::Unknown => {
                self.numbered_as_layer(name);
                flow.unknown()
            }
        }
    }

    /// Keeps the numbers of later layers where a step could not be read.
    pub fn numbered_as_layer(&mut self, name: Option<&Ident>) {
        self.child(name, "unknown", self.def.name.span());
    }

    /// Heads; `parse` lets them stand at the end of the network or of a head only.
    fn heads(&mut self, heads: &'a [Head], flow: Flow) -> Flow {
        self.trunk = self.trunk.or(Some(self.nodes.len()));
        let mut outputs = Vec::new();
        for head in heads {
            let child = self.child(Some(&head.name), "", head.name.span());
            self.open(child);
            let end = self.chain(&head.chain, flow, true);
            let output = self.heads.take().map_or(Output::Node(end.node), Output::Heads);
            self.close();
            outputs.push((head.name.clone(), output));
        }
        self.heads = Some(outputs);
        flow
    }
}

/// An item without its `frozen`.
fn thaw(mut item: &Item) -> &Item {
    while let Item::Frozen(inner) = item {
        item = inner;
    }
    item
}
