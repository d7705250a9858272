//! Plan in, code out. Nothing here can fail.

mod backward;
mod cpu;
mod docs;
mod program;
mod stages;
mod stub;
mod taps;
mod types;

use proc_macro2::{Literal, Span, TokenStream};
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Ident, Path};

use crate::count::Counts;
use crate::ir::{Graph, Op, Output};
use crate::plan::{Program, Stage};

pub use stub::stub;

/// All that is known about a network that is right.
pub struct Plan<'a> {
    pub graph: &'a Graph,
    pub counts: &'a Counts,
    pub inference: &'a Program,
    pub training: &'a Program,
}

pub fn emit(plan: &Plan<'_>) -> TokenStream {
    let types = types::types(plan);
    let body = cpu::network(plan);
    quote! { #types #body }
}

/// The single volume that the network gives, if it can be a layer of another network.
pub fn backbone(graph: &Graph) -> Option<crate::ir::NodeId> {
    match graph.output {
        Output::Node(id) if !matches!(graph.nodes[id].op, Op::Softmax) => Some(id),
        _ => None,
    }
}

/// The network that a stage is.
fn inner<'a>(graph: &'a Graph, stage: &Stage) -> Option<&'a Path> {
    stage.nodes.first().and_then(|&node| match &graph.nodes[node].op {
        Op::Network(path) => Some(path),
        _ => None,
    })
}

/// The place of an inner network's name: what is wrong with the network is said at its name, not at the macro.
fn place(path: Option<&Path>) -> Span {
    path.map_or_else(Span::call_site, |path| Span::call_site().located_at(path.span()))
}

/// The network's name with something behind it, for the types that belong to it.
fn name(graph: &Graph, suffix: &str) -> Ident {
    format_ident!("{}{}", graph.name, suffix, span = graph.name.span())
}

fn number(value: u64) -> Literal {
    Literal::u64_unsuffixed(value)
}

fn float(value: f64) -> TokenStream {
    let size = Literal::f32_unsuffixed(value.abs() as f32);
    if value < 0.0 { quote!(-#size) } else { quote!(#size) }
}

fn pair((a, b): (u64, u64)) -> TokenStream {
    let (a, b) = (number(a), number(b));
    quote!([#a, #b])
}

fn numbers(values: &[u64]) -> TokenStream {
    let values = values.iter().map(|&v| number(v));
    quote!([#(#values),*])
}
