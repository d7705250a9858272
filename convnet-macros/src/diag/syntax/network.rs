//! Sentences about the network as a whole, its attributes and its blocks.

use proc_macro2::Ident;

use super::words::{BLOCK, quoted_or};

pub fn no_struct() -> String {
    "a network begins with a struct: `pub struct Name { input 224x224x3 -> .. }`".into()
}

pub fn no_network_name() -> String {
    "the network needs a name: `struct Name { .. }`".into()
}

pub fn generic_network() -> String {
    "a network has no parameters of its own; its blocks have".into()
}

pub fn no_body(name: &Ident) -> String {
    format!("the network stands in braces: `struct {name} {{ input 224x224x3 -> .. }}`")
}

pub fn one_network() -> String {
    "one `network!` holds one network: write a second `network!` for this".into()
}

pub fn no_input(name: &Ident) -> String {
    format!("{name} has no input: it begins with `input 224x224x3 ->`")
}

pub fn begins_with_input() -> String {
    "the network's chain begins with its input: `input 224x224x3 ->`".into()
}

pub fn input_needs_volume() -> String {
    "the input needs a volume: `input 224x224x3` (height, width, depth) or `input 784`".into()
}

pub fn sign_before_volume() -> String {
    "the volume follows `input` without a sign: `input 224x224x3`".into()
}

pub fn no_layers() -> String {
    "the network ends with its input: layers follow behind `->`".into()
}

pub fn attribute_form(example: &str) -> String {
    format!("this attribute is written `#[{example}]`")
}

pub fn attribute_one_word(example: &str) -> String {
    format!("this attribute takes one word: `#[{example}]`")
}

pub fn inner_attribute() -> String {
    "an attribute of a network is written `#[..]`, without `!`".into()
}

pub fn unknown_attribute(path: &syn::Path, meant: &str) -> String {
    let name = path.get_ident().map(ToString::to_string).unwrap_or_default();
    format!("unknown attribute `{name}`: did you mean `#[{meant}]`?")
}

pub fn derives_clone() -> String {
    "a network has `Clone` already: leave it out".into()
}

pub fn not_one_of(word: &str, among: &[&str], nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!("unknown word `{word}`: did you mean `{nearest}`?"),
        None => format!("unknown word `{word}`: write {}", quoted_or(among)),
    }
}

/// `networks`: it has networks as layers.
pub fn no_weights_to_halve(name: &Ident, networks: bool) -> String {
    format!("`f16` is for the weights of fully connected layers, of which {name} has none{}", of_its_own(networks))
}

pub fn no_convolutions(name: &Ident, networks: bool) -> String {
    format!("`conv` says how convolutions are computed, of which {name} has none{}", of_its_own(networks))
}

const fn of_its_own(networks: bool) -> &'static str {
    if networks { " of its own: a network used as a layer says it itself" } else { "" }
}

pub fn budget_sign(key: &Ident) -> String {
    format!("a budget is written with `<=`: `{key} <= 140M`")
}

pub fn no_amount(written: &str) -> String {
    let known = "write `140M` or `64MiB` (K, M, G are decimal, KiB, MiB, GiB binary)";
    if written.is_empty() {
        format!("the budget's amount is missing: {known}")
    } else {
        format!("`{written}` is no amount that can be counted: {known}")
    }
}

pub fn block_after_input() -> String {
    "blocks stand before `input`".into()
}

pub fn block_form() -> String {
    format!("a block is written `{BLOCK}`")
}

pub fn block_twice(name: &Ident) -> String {
    format!("there are two blocks `{name}`")
}

pub fn reserved_block(name: &Ident) -> String {
    format!("a block cannot be called `{name}`, which is a word of the language")
}

pub fn block_needs_brackets(name: Option<&Ident>) -> String {
    let name = name.map_or_else(|| "name".to_owned(), Ident::to_string);
    format!("a block has brackets, even without parameters: `block {name}() = ..;`")
}

pub fn block_without_braces() -> String {
    format!("a block has no braces: `{BLOCK}`")
}

pub fn block_needs_equals() -> String {
    "`=` is missing before the block's chain".into()
}

pub fn missing_semicolon() -> String {
    "`;` is missing before this: it ends the block".into()
}

pub fn superfluous(sign: char) -> String {
    format!("superfluous `{sign}`")
}

pub fn block_ends() -> String {
    "a block ends with `;`".into()
}

pub fn parameter_is_a_name() -> String {
    "a parameter is a name alone, for a whole number that every call gives".into()
}

pub fn parameter_twice(name: &Ident) -> String {
    format!("the block has two parameters `{name}`")
}

pub fn parameter_is_flag(name: &Ident) -> String {
    format!("a parameter cannot be called `{name}`, which options use")
}
