//! Pieces of sentences: tokens and lists, quoted.

use std::fmt::{Display, Write as _};

use proc_macro2::{Delimiter, TokenTree};

/// How a block is written.
pub const BLOCK: &str = "block name(k) = conv3-k -> relu;";

/// A token as it is written; brackets by their opening one.
pub fn token(tree: Option<&TokenTree>) -> String {
    match tree {
        Some(TokenTree::Group(group)) => match group.delimiter() {
            Delimiter::Parenthesis => "`(`".into(),
            Delimiter::Bracket => "`[`".into(),
            Delimiter::Brace => "`{`".into(),
            Delimiter::None => "this".into(),
        },
        Some(tree) => format!("`{tree}`"),
        None => "the end".into(),
    }
}

/// `a`, `b` and `c`
pub fn quoted(names: &[impl Display]) -> String {
    listed(names, " and ")
}

/// `a`, `b` or `c`
pub fn quoted_or(names: &[impl Display]) -> String {
    listed(names, " or ")
}

fn listed(names: &[impl Display], last: &str) -> String {
    let mut out = String::new();
    for (index, name) in names.iter().enumerate() {
        out += match index {
            0 => "",
            _ if index + 1 == names.len() => last,
            _ => ", ",
        };
        let _ = write!(out, "`{name}`");
    }
    out
}
