//! What is read, and each mistake with what it underlines.

use std::fmt::Write as _;

use expect_test::{Expect, expect};
use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::{parse, text};
use crate::ast::{Branches, Chain, Item, Layer, NetworkDef, Number, OptionValue, Pair, Word};
use crate::diag::Errors;
use crate::shape::Volume;

/// Reads a network and gives, one per line, what an error underlines and says.
fn read(source: &str) -> (Option<NetworkDef>, String) {
    let tokens: TokenStream = source.parse().expect("tokens");
    let mut errors = Errors::default();
    let network = parse(tokens, &mut errors);
    let mut lines = String::new();
    for error in errors.iter() {
        let place = error.span().source_text().unwrap_or_default();
        writeln!(lines, "{place}\n    {error}").expect("string");
    }
    (network, lines)
}

fn sound(source: &str) -> NetworkDef {
    let (network, errors) = read(source);
    assert_eq!(errors, "", "{source}");
    network.expect("network")
}

fn chain(source: &str) -> Chain {
    sound(&format!("struct Net {{ input 32x32x3 -> {source} }}")).chain
}

fn layer(source: &str) -> Layer {
    match chain(source).steps.pop().expect("step").item {
        Item::Layer(layer) => layer,
        _ => panic!("{source} is no layer"),
    }
}

/// The errors of a chain, which must not keep the tree from coming out.
fn errors(source: &str, expected: &Expect) {
    let (network, errors) = read(&format!("struct Net {{ input 32x32x3 -> {source} }}"));
    assert!(network.is_some(), "{source}");
    expected.assert_eq(&errors);
}

fn body_errors(source: &str, expected: &Expect) {
    let (_, errors) = read(&format!("struct Net {{ {source} }}"));
    expected.assert_eq(&errors);
}
