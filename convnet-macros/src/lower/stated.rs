//! Stated volumes, and networks as layers, whose volume must be stated.

use quote::ToTokens;
use syn::{Ident, Path};

use super::flow::{Flow, Sure};
use super::names::snake;
use super::report::address;
use super::{Lowering, NewLayer};
use crate::ast::VolumeNode;
use crate::diag;
use crate::diag::shape::Sliding;
use crate::ir::{NodeId, Op};
use crate::shape::Volume;

impl Lowering<'_> {
    /// Checks what has arrived against what is stated; after a guess the statement is believed.
    pub fn stated(&mut self, stated: &VolumeNode, flow: Flow) -> Flow {
        let Flow { node, volume, sure } = flow;
        let same_kind = matches!(volume, Volume::Map { .. }) == matches!(stated.volume, Volume::Map { .. });
        let agrees = Sure {
            kind: same_kind,
            size: same_kind && volume.size() == stated.volume.size(),
            depth: volume.depth() == stated.volume.depth(),
        };
        let wrong = (sure.kind && !agrees.kind)
            || (sure.kind && sure.size && !agrees.size)
            || (sure.kind && same_kind && sure.depth && !agrees.depth);
        if wrong {
            let sliding = self.window_behind(node);
            let message = diag::stated::wrong(stated.volume, flow, &self.source(node), sliding);
            self.report(address(stated), "stated", &stated.tokens, &message);
            let sure = Sure {
                kind: sure.kind && agrees.kind,
                size: sure.size && agrees.size,
                depth: sure.depth && agrees.depth,
            };
            return Flow { node, volume, sure };
        }
        Flow { node, volume: stated.volume, sure: Sure::ALL }
    }

    /// The last window before a node, with only layers that keep volumes between.
    fn window_behind(&self, mut node: NodeId) -> Option<&Sliding> {
        loop {
            if let Some(sliding) = self.sliding.get(&node) {
                return Some(sliding);
            }
            let &[input] = self.nodes[node].inputs.as_slice() else { return None };
            if self.nodes[input].volume != self.nodes[node].volume {
                return None;
            }
            node = input;
        }
    }

    pub fn network(&mut self, path: &Path, name: Option<&Ident>, flow: Flow, stated: Option<&VolumeNode>) -> Flow {
        let own = path.is_ident(&self.def.name) || path.is_ident("Self");
        if own {
            self.report(address(path), "network", path, &diag::layer::own_layer(&self.def.name));
        }
        let Some(last) = path.segments.last().filter(|_| !own) else {
            self.numbered_as_layer(name);
            return flow.unknown();
        };
        let text = path.to_token_stream().to_string().replace(' ', "");
        let child = self.child(name, &snake(&last.ident.to_string()), last.ident.span());
        if stated.is_none() {
            self.report(address(path), "stated", path, &diag::stated::missing(&text));
        }
        let volume = stated.map_or(flow.volume, |stated| stated.volume);
        let sure = if stated.is_some() { Sure::ALL } else { Sure::NOTHING };
        let tokens = path.to_token_stream();
        let op = Op::Network(path.clone());
        self.push_layer(NewLayer { op, from: flow, volume, sure, text, child, tokens: &tokens })
    }
}
