//! The procedural macro [`network!`], which `convnet-runtime` re-exports: declare and run networks with that crate.

mod arena;
mod ast;
mod backward;
mod count;
mod diag;
mod emit;
mod expand;
mod fuse;
mod ir;
mod layout;
mod lower;
mod method;
mod parse;
mod plan;
mod samples;
mod shape;
#[cfg(test)]
mod snapshots;
mod vocabulary;

/// Declares a network: see the documentation of `convnet_runtime`.
#[proc_macro]
pub fn network(input: proc_macro::TokenStream) -> proc_macro::TokenStream {
    expand::expand(input.into()).into()
}
