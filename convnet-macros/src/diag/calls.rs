//! Block calls.

use syn::Ident;

use super::rows::Rows;
use crate::ast::Block;

pub fn wrong_arguments(block: &Block, given: usize) -> String {
    let Block { name, parameters, .. } = block;
    let names: Vec<String> = parameters.iter().map(ToString::to_string).collect();
    let takes = count(parameters.len(), "argument");
    let names = names.join(", ");
    format!(
        "block `{name}({names})` takes {takes}, but {} given",
        if given == 1 { "1 is".to_owned() } else { format!("{given} are") }
    )
}

/// `circle`: the blocks that call each other, the first one again after the last.
pub fn recursion(circle: &[&Ident]) -> String {
    let names: Vec<String> = circle.iter().chain(circle.first()).map(|name| format!("`{name}`")).collect();
    let [only] = circle else {
        return format!("blocks that call each other have no end: {}", names.join(" -> "));
    };
    format!("block `{only}` calls itself, which has no end")
}

/// A layer of a later shared call, with the depth of its input, and the one of the first call in its place.
pub fn other_weights(call: &str, here: (&str, u64), first_call: &str, first: Option<(&str, u64)>) -> String {
    let first_call = if call == first_call { String::new() } else { format!(", `{first_call}`") };
    let mut rows = Rows::new(format!("`shared {call}` cannot use the weights of its first call{first_call}"));
    let layer = |(text, depth): (&str, u64)| format!("`{text}` on depth {depth}");
    rows.row("here", &layer(here));
    rows.row("first", &first.map_or_else(|| "no more layers with weights".to_owned(), layer));
    rows.finish()
}

pub fn fewer_weights(call: &str, first: &str) -> String {
    format!("`shared {call}` has fewer layers with weights than its first call, `{first}`")
}

fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
