//! Every sentence that a user can read, and the collector that brings all of them out in one build.

pub mod branches;
pub mod calls;
pub mod count;
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

use crate::ir::Graph;
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

    pub fn iter(&self) -> std::slice::Iter<'_, syn::Error> {
        self.errors.iter()
    }

    /// `compile_error!` for each, in the order they were found.
    pub fn to_compile_error(&self) -> TokenStream {
        self.errors.iter().map(syn::Error::to_compile_error).collect()
    }
}

/// A budget of memory that is broken, with the buffer that takes most of it.
pub fn memory_budget(graph: &Graph, program: &Program, bytes: u64, budget: &TokenStream) -> String {
    let largest = program.largest().map_or_else(String::new, |buffer| {
        let (What::Value(node) | What::Gradient(node) | What::Sums(node) | What::Saved(node)) = buffer.what;
        let (h, w, c) = buffer.extent;
        let node = &graph.nodes[node];
        let name = if node.key.is_empty() { String::new() } else { format!(" ({})", node.key) };
        format!("; most goes to `{}`{name}, {h}x{w}x{c}: {} bytes", node.text, buffer.floats() * 4)
    });
    format!("the network takes {bytes} bytes per sample, more than its budget `{budget}`{largest}")
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
