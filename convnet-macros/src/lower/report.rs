//! Errors inside blocks and repeats: where they are is added, and each is said once.

use std::collections::BTreeSet;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use super::{Lowering, MOST_NODES};
use crate::ast::Step;
use crate::diag;
use crate::shape::Volume;

/// What stands around a step.
pub enum Place {
    /// A block call with its arguments filled in, and its address in the tree.
    Call { text: String, address: usize },
    /// The nth of a repeat's repetitions, from 1.
    Repetition { nth: u64, of: u64 },
}

/// Which errors have been reported.
#[derive(Default)]
pub struct Reported {
    /// Address, kind and block calls: repetitions of one error.
    places: BTreeSet<(usize, &'static str, Vec<usize>)>,
    /// Address and text: one error of several calls.
    texts: BTreeSet<(usize, String)>,
}

/// Where a node of the tree lies: the tree outlives the walk.
pub fn address<T>(node: &T) -> usize {
    std::ptr::from_ref(node).addr()
}

impl Lowering<'_> {
    /// Reports an error of `kind` about the tree's node at `about`, unless an earlier repetition has it.
    pub fn report(&mut self, about: usize, kind: &'static str, tokens: &impl ToTokens, message: &str) {
        if self.is_new(about, kind, message) {
            self.errors.at(tokens, diag::place::with_place(message, &self.places));
        }
    }

    /// The same on one token.
    pub fn report_at(&mut self, about: usize, kind: &'static str, span: Span, message: &str) {
        if self.is_new(about, kind, message) {
            self.errors.at_span(span, diag::place::with_place(message, &self.places));
        }
    }

    fn is_new(&mut self, about: usize, kind: &'static str, message: &str) -> bool {
        let calls = self.places.iter().filter_map(|place| match place {
            Place::Call { address, .. } => Some(*address),
            Place::Repetition { .. } => None,
        });
        let first_here = self.reported.places.insert((about, kind, calls.collect()));
        first_here && self.reported.texts.insert((about, message.to_owned()))
    }

    /// A layer that makes more of `volume` than can be counted.
    pub fn too_large(&mut self, tokens: &TokenStream, text: &str, volume: Volume) {
        self.report(self.here(), "large", tokens, &diag::shape::volume_too_large(text, volume));
    }

    /// Counts a step; false, and once an error, when there are too many.
    pub fn room(&mut self) -> bool {
        self.steps += 1;
        if !self.full && (self.nodes.len() > MOST_NODES || self.steps > super::MOST_STEPS) {
            self.full = true;
            let most = self.active.iter().copied().reduce(|a, b| if self.repeats(b) > self.repeats(a) { b } else { a });
            let message = diag::layer::too_many_nodes(MOST_NODES);
            match most {
                Some(step) => self.errors.at(&step.tokens, message),
                None => self.errors.at(&self.def.name, message),
            }
        }
        !self.full
    }

    fn repeats(&self, step: &Step) -> u64 {
        step.repeat.as_ref().and_then(|number| self.value(number)).unwrap_or(1)
    }
}
