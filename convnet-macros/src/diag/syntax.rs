//! The sentences of `parse`: what was written comes in, what is wrong with it and what to write instead goes out.

use std::fmt::Display;

use proc_macro2::{Delimiter, Ident, TokenTree};

use super::nearest::nearest;
use crate::ast::{Number, Pair};
use crate::vocabulary::{Kind, Need, Reading, Word, split};

// The network

pub fn no_struct() -> String {
    "a network begins with a struct: `pub struct Name { input 224x224x3 -> .. }`".into()
}

pub fn no_network_name() -> String {
    "the network needs a name: `struct Name { .. }`".into()
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

pub fn no_layers() -> String {
    "the network ends with its input: layers follow behind `->`".into()
}

// Attributes

pub fn attribute_form(example: &str) -> String {
    format!("this attribute is written `#[{example}]`")
}

pub fn attribute_one_word(example: &str) -> String {
    format!("this attribute takes one word: `#[{example}]`")
}

pub fn not_one_of(word: &str, among: &[&str], nearest: Option<&str>) -> String {
    match nearest {
        Some(nearest) => format!("unknown word `{word}`: did you mean `{nearest}`?"),
        None => format!("unknown word `{word}`: {} are known", quoted(among)),
    }
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

// Blocks

pub fn block_after_input() -> String {
    "blocks stand before `input`".into()
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

pub fn block_needs_equals() -> String {
    "`=` is missing before the block's chain".into()
}

pub fn missing_semicolon() -> String {
    "`;` is missing at the end of the block".into()
}

pub fn superfluous_semicolon() -> String {
    "superfluous `;`".into()
}

pub fn parameter_twice(name: &Ident) -> String {
    format!("the block has two parameters `{name}`")
}

pub fn parameter_is_flag(name: &Ident) -> String {
    format!("a parameter cannot be called `{name}`, which options use")
}

// Chains and steps

pub fn empty_chain(branch: bool) -> String {
    if branch {
        "nothing stands in this branch: the identity is written `skip`".into()
    } else {
        "a layer is missing here".into()
    }
}

pub fn empty_brackets() -> String {
    "nothing stands in these brackets".into()
}

pub fn superfluous_arrow() -> String {
    "superfluous `->`".into()
}

pub fn trailing_arrow() -> String {
    "a layer is missing behind this arrow".into()
}

pub fn missing_arrow(next: Option<&TokenTree>) -> String {
    format!("`->` is missing before {}", token(next))
}

pub fn wrong_arrow(written: &str, last: bool) -> String {
    match (written, last) {
        (";", true) => "only a block ends with `;`".into(),
        (_, true) => format!("nothing follows this `{written}`"),
        ("-->", false) => "the arrow is written `->`".into(),
        ("->", false) => "the arrow is written `->`, without a space".into(),
        (";", false) => "`;` ends a block only: between two layers stands `->`".into(),
        (_, false) => format!("`{written}` stands where `->` should"),
    }
}

pub fn stray_sign(sign: char) -> String {
    match sign {
        '?' => "`?` says no number: write `[maxpool]*1` or `[maxpool]*0`".into(),
        '+' => "`+` sums branches in brackets only: `(conv3-64 + skip)`".into(),
        '|' => "`|` concatenates branches in brackets only: `(conv1-64 | conv3-64)`".into(),
        '*' => "an item has one repeat: nest with `[[..]*2]*3`".into(),
        '@' => "an item has one name".into(),
        sign => format!("`{sign}` has no meaning here: between two layers stands `->`"),
    }
}

pub fn repeat_after_name() -> String {
    "the repeat stands before the name: `[..]*2 @ name`".into()
}

pub fn repeat_before_item() -> String {
    "the repeat stands behind what it repeats: `[..]*2`".into()
}

pub fn times_sign() -> String {
    "a repeat is written with `*`: `[..]*2`".into()
}

pub fn missing_name(what: &str, found: Option<&TokenTree>) -> String {
    match found {
        Some(TokenTree::Literal(literal)) => format!("`{literal}` is no {what}: a name begins with a letter"),
        _ => format!("the {what} is missing"),
    }
}

pub fn rust_keyword(name: &Ident, what: &str) -> String {
    format!("`{name}` is a keyword of Rust and cannot be a {what}")
}

pub fn skip_in_chain() -> String {
    "`skip` is a whole branch, the identity: `(conv3-64 -> relu -> conv3-64 + skip)`".into()
}

pub fn bare(what: &str) -> String {
    format!("{what} cannot be repeated or named")
}

pub fn heads_not_last() -> String {
    "heads `{ .. }` are the last step of the network".into()
}

pub fn too_deep(depth: usize) -> String {
    format!("brackets are nested more than {depth} deep: name the inner ones with `block`")
}

// Items

pub fn no_item(found: Option<&TokenTree>) -> String {
    if found.is_none() {
        return "a layer is missing here".into();
    }
    format!("a layer is missing before {}", token(found))
}

pub fn unknown_item(text: &str, joined: &str, blocks: &[String], parameters: &[Ident]) -> String {
    let in_word = |word: &Word| {
        let rest = text.get(word.name().len()..).filter(|_| text.to_ascii_lowercase().starts_with(word.name()))?;
        parameters.iter().find(|parameter| *parameter == rest)
    };
    if let Some(parameter) = Word::ALL.iter().find_map(in_word) {
        return format!("unknown word `{text}`: a parameter such as `{parameter}` cannot stand inside a word");
    }
    if let Some(word) = Word::from_elsewhere(joined).filter(|_| joined != text) {
        return format!("unknown word `{text}`: did you mean `{}`?", word.name());
    }
    match suggestion(text, blocks) {
        Some(nearest) => format!("unknown word `{text}`: did you mean `{nearest}`?"),
        None if text.starts_with(char::is_uppercase) => {
            format!(
                "`{text}` is neither a layer nor a block, and a network used as a layer stands alone: `{text} -> 7x7x512`"
            )
        }
        None => format!("unknown word `{text}`: it is neither a layer nor a block"),
    }
}

/// The layer, block or keyword that a word was probably meant to be.
pub fn suggestion(text: &str, blocks: &[String]) -> Option<String> {
    if let Some(word) = Word::from_elsewhere(text) {
        return Some(word.name().to_owned());
    }
    if let Some(block) = nearest(text, blocks.iter().map(String::as_str)) {
        return Some(block.to_owned());
    }
    let (head, tail) = split(text);
    let keywords = ["skip", "frozen", "shared"].into_iter().filter(|_| tail.is_empty());
    let word = nearest(head, Word::ALL.iter().map(|word| word.name()).chain(keywords))?;
    let sized = format!("{word}{tail}");
    let takes_size = Word::from_name(word).is_some_and(|word| word.takes().size != Need::No);
    Some(if takes_size && Reading::of(&sized).is_layer() { sized } else { word.to_owned() })
}

pub fn bad_size(word: Word, size: &str) -> String {
    let name = word.name();
    if word.takes().size == Need::No {
        format!("unknown word `{name}{size}`: did you mean `{}`?", word.example())
    } else if size.bytes().all(|b| b.is_ascii_digit()) {
        format!("the size {size} is too large to be counted")
    } else {
        let example = word.example();
        format!("`{size}` is no size of {name}: write `{example}`, or {name}3x5 for 3 high and 5 wide")
    }
}

pub fn planned(text: &str) -> String {
    format!("`{text}` is not implemented yet")
}

pub fn misplaced_keyword(keyword: &str) -> String {
    match keyword {
        "input" => "`input` stands once, at the beginning of the network's chain".into(),
        _ => "blocks are defined before `input`: `block name(k) = conv3-k -> relu;`".into(),
    }
}

pub fn frozen_needs_item() -> String {
    "`frozen` stands before a layer, a block or brackets: `frozen [conv3-64 -> bn]`".into()
}

pub fn shared_needs_block(name: Option<&Ident>, blocks: &[String]) -> String {
    let name = name.map(Ident::to_string);
    let near = name.as_deref().and_then(|name| nearest(name, blocks.iter().map(String::as_str)));
    match (name.as_deref(), near) {
        (Some(name), Some(near)) => format!("there is no block `{name}`: did you mean `{near}`?"),
        (Some(name), None) => format!("`shared` stands before a block's call, and `{name}` is no block"),
        (None, _) => "`shared` stands before a block's call: `shared name(64)`".into(),
    }
}

pub fn call_needs_brackets(name: &Ident) -> String {
    format!("a block is called with brackets: `{name}(..)`")
}

pub fn missing_comma(next: Option<&TokenTree>) -> String {
    format!("`,` is missing before {}", token(next))
}

pub fn network_takes_nothing(path: &str) -> String {
    format!("{path} is a network, which takes no arguments")
}

pub fn no_path() -> String {
    "this is no path to a network: write `Backbone` or `crate::nets::Backbone`".into()
}

pub fn mixed_signs() -> String {
    "`+` and `|` are mixed in one pair of brackets: put one of them in brackets of its own, `((a + b) | c)`".into()
}

pub fn one_branch() -> String {
    "one chain in `( )`: `[ ]` groups, `( )` holds branches, `(a + b)` or `(a | b)`".into()
}

pub fn empty_heads() -> String {
    "heads need names and chains: `{ boxes: fc-4, classes: fc-21 }`".into()
}

pub fn head_needs_name(after_comma: bool) -> String {
    if after_comma {
        "a head's name is missing, `name: ..`; within one head, layers are connected with `->`".into()
    } else {
        "a head's name is missing: `{ boxes: fc-4, classes: fc-21 }`".into()
    }
}

pub fn head_twice(name: &Ident) -> String {
    format!("there are two heads `{name}`")
}

// Numbers and volumes

pub fn missing_number(what: &str) -> String {
    format!("a number is missing here: the {what}")
}

pub fn no_parameter(name: &Ident, parameters: &[Ident]) -> String {
    let written = name.to_string();
    let names: Vec<String> = parameters.iter().map(Ident::to_string).collect();
    if let Some(near) = nearest(&written, names.iter().map(String::as_str)) {
        return format!("there is no parameter `{written}`: did you mean `{near}`?");
    }
    if names.is_empty() {
        format!("`{written}` is no number: names for numbers are parameters of blocks")
    } else {
        format!("there is no parameter `{written}`: the block has {}", quoted(&names))
    }
}

pub fn no_pair_here(height: u64, width: u64, what: &str) -> String {
    format!("`{height}x{width}` is a pair, and the {what} is one number")
}

pub fn not_a_pair(text: &str, what: &str) -> String {
    format!("`{text}` has too many sides: the {what} is `2` or `2x1` (height, width)")
}

/// What is wrong with a text that should be whole numbers with `x` between them.
pub fn no_whole_number(text: &str) -> String {
    let plain = text.replace('_', "").to_ascii_lowercase();
    let sides = || plain.split('x');
    if sides().all(|side| !side.is_empty() && side.bytes().all(|b| b.is_ascii_digit())) {
        return format!("`{text}` is too large to be counted");
    }
    if plain.starts_with("0x") || plain.starts_with("0b") || plain.starts_with("0o") {
        return format!("to Rust `{text}` is a hexadecimal, binary or octal number: only decimal ones are allowed");
    }
    if plain.starts_with(['"', '\'']) {
        return format!("{text} is no number");
    }
    if plain.ends_with('x') {
        return format!("a number is missing behind `{text}`");
    }
    let float = sides().find(|side| side.contains(['.', 'e']) && side.parse::<f64>().is_ok());
    match float.map(|side| (side, side.parse::<f64>())) {
        Some((side, Ok(value))) if value.fract() == 0.0 && value.abs() < 1e15 => {
            format!("to Rust `{side}` is a float: write `{text}` with the whole number {value}")
        }
        Some((side, _)) => format!("`{side}` is no whole number"),
        None => format!("`{text}` is no whole number"),
    }
}

pub fn zero(what: &str) -> String {
    format!("the {what} cannot be zero")
}

pub fn no_volume(text: &str, sides: usize) -> String {
    format!("`{text}` has {sides} sides: a volume is `28x28x1` (height, width, depth), or `784` for features")
}

pub fn zero_volume(text: &str) -> String {
    if text.starts_with("0x") {
        format!("`{text}` holds nothing (and to Rust it is a hexadecimal number): no side of a volume is zero")
    } else {
        format!("`{text}` holds nothing: no side of a volume is zero")
    }
}

pub fn huge_volume(text: &str) -> String {
    format!("`{text}` is too large to be counted")
}

pub fn channels_first(c: u64, h: u64, w: u64) -> String {
    format!(
        "volumes are written height x width x depth: write `{h}x{w}x{c}`, or `(h={c}, w={h}, c={w})` if a map {c} high and {w} deep is meant"
    )
}

pub fn named_volume() -> String {
    "a volume with names is written `(h=3, w=224, c=224)`".into()
}

pub fn parameter_in_volume() -> String {
    "a volume has no parameters".into()
}

// Layers

pub fn missing_numbers(word: Word, text: &str, size: bool, count: bool) -> String {
    let example = word.example();
    match (size, count) {
        (true, true) => format!("{text} needs a size and a {}: `{example}`", word.counts()),
        (true, false) => format!("{text} needs a size: `{example}`"),
        (false, _) => format!("{text} needs a {}: `{example}`", word.counts()),
    }
}

pub fn superfluous_size(word: Word, (height, width): (u64, u64)) -> String {
    let name = word.name();
    match word {
        Word::Relu if (height, width) == (6, 6) => "relu takes no size: relu6 is `clipped_relu(6)`".into(),
        _ if word.takes().count != Need::No => format!("{name} takes no size: did you mean `{name}-{height}`?"),
        _ if word.takes().value.is_some() => format!("{name} takes no size: did you mean `{name}({height})`?"),
        _ => format!("{name} takes no size"),
    }
}

pub fn superfluous_count(word: Word, count: &str) -> String {
    let name = word.name();
    if word.takes().size != Need::No {
        format!("{name} has no number of filters; its size stands in the word: `{name}{count}`")
    } else if word.takes().value.is_some() {
        format!("{name} takes its number in brackets: `{name}({count})`")
    } else {
        format!("{name} takes no number")
    }
}

pub fn superfluous_stride(word: Word) -> String {
    format!("{} has no stride", word.name())
}

pub fn size_apart(word: Word, size: &Pair) -> String {
    let name = word.name();
    match size {
        Pair::Each(height, width, _) => format!("the size stands in the word: `{name}{height}x{width}`"),
        Pair::Both(Number::Literal(side, _)) => format!("the size stands in the word: `{name}{side}`"),
        Pair::Both(Number::Parameter(_)) => "the size stands in the word and is a number".into(),
    }
}

pub fn missing_hyphen(word: Word, next: Option<&TokenTree>) -> String {
    format!("`-` is missing before {}: the {} is written as in `{}`", token(next), word.counts(), word.example())
}

pub fn count_after_stride(word: Word) -> String {
    format!("the {} stands before the stride: `{}/2`", word.counts(), word.example())
}

// Options

pub fn no_options(word: Word) -> String {
    format!("nothing stands in these brackets: write `{}`", word.example())
}

pub fn twice(what: &str) -> String {
    format!("`{what}` is given twice")
}

pub fn contradiction(one: &str, other: &str) -> String {
    match (one, other) {
        ("pad", "same") | ("same", "pad") => "`same` finds the padding itself: leave out `pad`".into(),
        _ => format!("`{other}` and `{one}` exclude each other"),
    }
}

pub fn arithmetic() -> String {
    "there is no arithmetic: an option's value is a number or a parameter".into()
}

pub fn stride_option(word: Word, value: &str) -> String {
    if !word.takes().stride {
        return superfluous_stride(word);
    }
    format!("the stride is written `/{value}`, behind the size and the number of filters: `conv3-64/{value}`")
}

pub fn unknown_option(word: Word, written: &str, is_parameter: bool) -> String {
    let name = word.name();
    let takes = word.takes();
    let names: Vec<&str> = takes.options.iter().map(|&(name, _)| name).collect();
    if is_parameter && !names.is_empty() {
        return bare_value(word, written);
    }
    if let Some(near) = nearest(written, names.iter().copied()) {
        return format!("unknown option `{written}` of {name}: did you mean `{near}`?");
    }
    if written == "ceil" && takes.stride {
        return format!("`ceil` is for pools only: {name} takes `floor`");
    }
    if takes.value.is_some() {
        format!("{name} takes one number, without a name: `{}`", word.example())
    } else if names.is_empty() {
        format!("{name} has no options")
    } else {
        format!("unknown option `{written}`: {name} has {}", quoted(&names))
    }
}

pub fn flag_with_value(name: &str) -> String {
    format!("`{name}` stands alone, without a value")
}

pub fn option_without_value(name: &str, kind: Kind) -> String {
    format!("`{name}` needs a value: `{name}={}`", sample(kind))
}

pub fn bare_value(word: Word, value: &str) -> String {
    let name = word.name();
    match word.takes().options.first() {
        Some((option, _)) => format!("a value of {name} needs the name of an option: `{option}={value}`?"),
        None => format!("{name} has no options"),
    }
}

/// `name` is empty for a value without a name.
pub fn wrong_value(name: &str, kind: Kind, written: &str, parameters: &[Ident]) -> String {
    let name = if name.is_empty() { "this value".to_owned() } else { format!("`{name}`") };
    let wanted = match kind {
        Kind::Pair => "a whole number or a pair, as `1` or `2x1`",
        Kind::PositivePair => "a whole number of at least 1 or a pair, as `2` or `2x1`",
        Kind::Count => "a whole number of at least 1",
        Kind::Real => "a number",
        Kind::Bool => "`true` or `false`",
        Kind::Bias => "`true`, `false` or `position`",
        Kind::Flag => "no value",
    };
    if written.is_empty() {
        return format!("{name} has no value: it takes {wanted}");
    }
    let names: Vec<String> = parameters.iter().map(Ident::to_string).collect();
    match nearest(written, names.iter().map(String::as_str)) {
        Some(near) if !matches!(kind, Kind::Bool | Kind::Bias) => {
            format!("there is no parameter `{written}`: did you mean `{near}`?")
        }
        _ => format!("{name} takes {wanted}, not `{written}`"),
    }
}

const fn sample(kind: Kind) -> &'static str {
    match kind {
        Kind::Pair | Kind::Count => "1",
        Kind::PositivePair => "2",
        Kind::Real => "0.1",
        Kind::Bool | Kind::Bias => "false",
        Kind::Flag => "",
    }
}

/// A token as it is written; brackets by their opening one.
fn token(tree: Option<&TokenTree>) -> String {
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
fn quoted(names: &[impl Display]) -> String {
    let mut out = String::new();
    for (index, name) in names.iter().enumerate() {
        out += match index {
            0 => "",
            _ if index + 1 == names.len() => " and ",
            _ => ", ",
        };
        out += &format!("`{name}`");
    }
    out
}
