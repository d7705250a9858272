//! Every sentence that a user can read, and the collector that brings all of them out in one build.

pub mod branches;
pub mod calls;
pub mod count;
pub mod elsewhere;
pub mod layer;
pub mod names;
pub mod nearest;
pub mod place;
mod rows;
pub mod shape;
pub mod stated;
pub mod syntax;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

use self::rows::Rows;
use crate::ast::{Budget, BudgetKind};
use crate::count::grouped;
use crate::ir::Graph;
use crate::parse::text;
use crate::plan::{Program, What};

/// Collects errors; the pipeline goes on after each.
#[derive(Default)]
pub struct Errors {
    errors: Vec<syn::Error>,
}

impl Errors {
    /// An error that underlines all of `tokens`.
    pub fn at(&mut self, tokens: &impl ToTokens, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new_spanned(tokens, message));
    }

    /// An error that underlines one token.
    pub fn at_span(&mut self, span: Span, message: impl std::fmt::Display) {
        self.errors.push(syn::Error::new(span, message));
    }

    pub fn push(&mut self, error: syn::Error) {
        self.errors.push(error);
    }

    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    pub fn len(&self) -> usize {
        self.errors.len()
    }

    #[cfg(test)]
    pub fn iter(&self) -> std::slice::Iter<'_, syn::Error> {
        self.errors.iter()
    }

    /// `compile_error!` for each, in the order they were found.
    pub fn to_compile_error(&self) -> TokenStream {
        self.errors.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// A budget of memory that is broken, with the buffer that takes most of it.
pub fn memory_budget(graph: &Graph, program: &Program, bytes: u64, budget: &Budget) -> String {
    let when = if budget.kind == BudgetKind::Train { "in training" } else { "at inference" };
    let (bytes, text) = (grouped(bytes), text(&budget.tokens));
    let name = &graph.name;
    let mut rows = Rows::new(format!("`{name}` takes {bytes} bytes per sample {when}, more than its budget `{text}`"));
    if let Some(buffer) = program.largest() {
        let (role, node) = match buffer.what {
            What::Value(node) => ("", node),
            What::Gradient(node) | What::Sums(node) => ("the gradient of ", node),
            What::Saved(node) => ("what is saved of ", node),
        };
        let node = &graph.nodes[node];
        let key = if node.key.is_empty() { String::new() } else { format!(" ({})", node.key) };
        let volume = node.volume;
        rows.row("most", &format!("{role}`{}`{key}, {volume}, takes {}", node.text, grouped(buffer.floats() * 4)));
    }
    rows.finish()
}

/// Something before a frozen network is trained.
pub fn frozen_network_blocks(text: &str) -> String {
    format!(
        "`{text}` is frozen and has no backward code, so nothing before it can be trained: freeze what comes before it too"
    )
}

/// A constant assertion: the inner network holds a frozen network.
pub fn no_gradient_through(network: &str) -> String {
    format!("{network} holds a frozen network and gives no gradient to what comes before it: freeze that too")
}
