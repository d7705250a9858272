//! Declarations come in; graphs, names, counts and errors are compared with what is known of them.

#![allow(clippy::needless_raw_string_hashes)] // expect-test writes them

mod blocks;
mod errors;
mod names;
mod nets;

use std::fmt::Write as _;

use expect_test::Expect;
use proc_macro2::TokenStream;

use crate::count::{Counts, count};
use crate::diag::Errors;
use crate::ir::Graph;
use crate::parse::parse;

/// Lowers a network and gives, for each error, what it underlines and what it says.
fn lower(source: &str) -> (Graph, Counts, String) {
    let tokens: TokenStream = source.parse().expect("tokens");
    let mut errors = Errors::default();
    let network = parse(tokens, &mut errors).expect("network");
    let graph = super::lower(network, &mut errors);
    let counts = count(&graph, &mut errors);
    let mut text = String::new();
    for error in errors.iter() {
        let place = error.span().source_text().unwrap_or_default();
        writeln!(text, "{place}\n    {}", error.to_string().replace('\n', "\n    ")).expect("string");
    }
    (graph, counts, text)
}

fn sound(source: &str) -> (Graph, Counts) {
    let (graph, counts, errors) = lower(source);
    assert_eq!(errors, "", "{source}");
    (graph, counts)
}

/// A network of one chain.
fn chain(chain: &str) -> (Graph, Counts) {
    sound(&format!("struct Net {{ {chain} }}"))
}

fn params(counts: &Counts) -> u64 {
    assert!(counts.params.is_known());
    counts.params.known
}

fn macs(counts: &Counts) -> u64 {
    assert!(counts.macs.is_known());
    counts.macs.known
}

fn field(counts: &Counts) -> u64 {
    let (height, width) = counts.receptive_field.known().expect("known");
    assert_eq!(height, width);
    height
}

fn stride(counts: &Counts) -> u64 {
    counts.stride.known().expect("known").0
}

/// The keys of all weights, in order.
fn keys(graph: &Graph) -> Vec<&str> {
    graph.weights.iter().map(|weights| weights.key.as_str()).collect()
}

/// What a body's errors underline and say.
fn errors(body: &str, expected: &Expect) {
    let (_, _, errors) = lower(&format!("struct Net {{ {body} }}"));
    expected.assert_eq(&errors);
}
