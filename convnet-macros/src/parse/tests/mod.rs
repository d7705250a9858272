//! What the tests of the parser share: reading a network, and printing what was understood.

#![allow(clippy::needless_raw_string_hashes)] // expect-test writes them

use std::fmt::Write as _;

mod mistakes;
mod sound;

use proc_macro2::TokenStream;
use quote::ToTokens as _;

use super::{parse, text};
use crate::ast::{Branches, Chain, Item, Layer, NetworkDef, Number, OptionValue, Pair};
use crate::diag::Errors;

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

/// An item in the notation of the tree: what was understood, not what was written.
fn shape(item: &Item) -> String {
    match item {
        Item::Layer(layer) => layer.text.clone(),
        Item::Skip => "skip".into(),
        Item::Volume(node) => format!("<{}>", node.volume),
        Item::Frozen(item) => format!("frozen {}", shape(item)),
        Item::Group(chain) => format!("[{}]", shapes(chain)),
        Item::Sum(branches) => format!("({})", branch_shapes(branches, " + ")),
        Item::Concat(branches) => format!("({})", branch_shapes(branches, " | ")),
        Item::Heads(heads) => {
            let heads: Vec<_> = heads.iter().map(|head| format!("{}: {}", head.name, shapes(&head.chain))).collect();
            format!("{{{}}}", heads.join(", "))
        }
        Item::Call(call) => {
            let arguments: Vec<_> = call.arguments.iter().map(number).collect();
            format!("{}{}({})", if call.shared { "shared " } else { "" }, call.name, arguments.join(", "))
        }
        Item::Network(path) => format!("network {}", text(&path.to_token_stream())),
        Item::Unknown => "?".into(),
    }
}

fn shapes(chain: &Chain) -> String {
    let step = |step: &crate::ast::Step| {
        let repeat = step.repeat.as_ref().map_or(String::new(), |repeat| format!("*{}", number(repeat)));
        let name = step.name.as_ref().map_or(String::new(), |name| format!(" @ {name}"));
        shape(&step.item) + &repeat + &name
    };
    chain.steps.iter().map(step).collect::<Vec<_>>().join(" -> ")
}

fn branch_shapes(branches: &Branches, sign: &str) -> String {
    branches.chains.iter().map(shapes).collect::<Vec<_>>().join(sign)
}

fn number(number: &Number) -> String {
    match number {
        Number::Literal(number, _) => number.to_string(),
        Number::Parameter(name) => format!("${name}"),
    }
}

fn pair(value: &Pair) -> String {
    match value {
        Pair::Both(both) => number(both),
        Pair::Each(height, width, _) => format!("{height}x{width}"),
    }
}

fn options(layer: &Layer) -> String {
    let option = |option: &crate::ast::LayerOption| {
        let name = option.name.as_ref().map_or(String::new(), |name| format!("{name}="));
        name + &match &option.value {
            OptionValue::Pair(value) => pair(value),
            OptionValue::Float(value) => format!("{value:?}"),
            OptionValue::Bool(value) => value.to_string(),
            OptionValue::Word(word) => format!("'{word}"),
        }
    };
    layer.options.iter().map(option).collect::<Vec<_>>().join(" ")
}
