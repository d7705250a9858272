//! Sentences about chains, steps and items.

use proc_macro2::{Ident, Literal, TokenTree};

use super::words::{BLOCK, token};
use crate::ast::Number;
use crate::diag::elsewhere;
use crate::diag::nearest::nearest;
use crate::vocabulary::{Need, Reading, Word, split};

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

pub fn options_behind() -> String {
    "numbers stand in the layer's word, as `conv3-64/2`, and options in brackets behind it: `conv3-64(pad=1)`".into()
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
        '/' => "a stride `/2` stands directly behind a layer, and there is no arithmetic".into(),
        '@' => "an item has one name".into(),
        sign => format!("`{sign}` has no meaning here: between two layers stands `->`"),
    }
}

pub fn attribute_inside() -> String {
    "attributes and doc comments stand before the network only: a comment here begins with `//`".into()
}

pub fn name_behind_as(name: impl std::fmt::Display) -> String {
    format!("a name stands behind `@`: write `@ {name}`")
}

pub fn no_loops() -> String {
    "a repeat stands behind what it repeats: `[conv3-64 -> relu]*2`".into()
}

pub fn no_variables() -> String {
    "there are no variables: layers follow one another, `conv3-64 -> relu`, and branches stand in brackets, `(conv3-64 + skip)`"
        .into()
}

pub fn repeat_after_name() -> String {
    "the repeat stands before the name: `[..]*2 @ name`".into()
}

pub fn repeat_before_item() -> String {
    "the repeat stands behind what it repeats: `[..]*2`".into()
}

pub fn negative_repeat() -> String {
    "a repeat is a whole number, 0 or more".into()
}

pub fn times_sign(number: Option<&Number>) -> String {
    match number {
        Some(Number::Literal(count, _)) => format!("a repeat is written with `*`: `[..]*{count}`"),
        _ => "a repeat is written with `*`: `[..]*2`".into(),
    }
}

pub fn no_name(literal: &Literal, what: &str) -> String {
    format!("`{literal}` is no {what}: names begin with a letter")
}

pub fn rust_keyword(name: &Ident, what: &str) -> String {
    format!("`{name}` is a keyword of Rust and cannot be the {what}")
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

pub fn no_item(found: Option<&TokenTree>) -> String {
    if found.is_none() {
        return "a layer is missing here".into();
    }
    format!("a layer is missing before {}", token(found))
}

/// `last` is the text without the modules before it.
pub fn unknown_item(text: &str, last: &str, blocks: &[String], parameters: &[Ident]) -> String {
    let in_word = |word: &Word| {
        let rest = text.get(word.name().len()..).filter(|_| text.to_ascii_lowercase().starts_with(word.name()))?;
        parameters.iter().find(|parameter| *parameter == rest)
    };
    if let Some(parameter) = Word::ALL.iter().find_map(in_word) {
        return format!("unknown word `{text}`: a parameter such as `{parameter}` cannot stand inside a word");
    }
    if let Some(instead) = elsewhere::absent(last).map(str::to_owned).or_else(|| elsewhere::windows(last)) {
        return unknown_instead(text, &instead);
    }
    match suggestion(last, blocks) {
        Some(nearest) => unknown_word(text, &nearest),
        None if text.starts_with(char::is_uppercase) => {
            format!(
                "`{text}` is neither a layer nor a block, and a network used as a layer stands alone: `{text} -> 7x7x512`"
            )
        }
        None => format!("unknown word `{text}`: it is neither a layer nor a block"),
    }
}

pub fn unknown_instead(text: &str, instead: &str) -> String {
    format!("unknown word `{text}`: {instead}")
}

pub fn unknown_word(text: &str, meant: &str) -> String {
    format!("unknown word `{text}`: did you mean `{meant}`?")
}

/// The layer, block or keyword that a word was probably meant to be.
pub fn suggestion(text: &str, blocks: &[String]) -> Option<String> {
    if let Some(word) = elsewhere::word(text) {
        return Some(word.name().to_owned());
    }
    if let Some(written) = elsewhere::underscored(text) {
        return Some(written);
    }
    if let Some(block) = nearest(text, blocks.iter().map(String::as_str)) {
        return Some(block.to_owned());
    }
    let (head, tail) = split(text);
    let sized = |word: Word| {
        let sized = format!("{}{tail}", word.name());
        let takes_size = word.takes().size != Need::No;
        if takes_size && Reading::of(&sized).is_layer() { sized } else { word.name().to_owned() }
    };
    if let Some(word) = elsewhere::word(head) {
        return Some(sized(word));
    }
    let keywords = ["skip", "frozen", "shared"].into_iter().filter(|_| tail.is_empty());
    let word = nearest(head, Word::ALL.iter().map(|word| word.name()).chain(keywords))?;
    Some(Word::from_name(word).map_or_else(|| word.to_owned(), sized))
}

pub fn bad_size(word: Word, size: &str) -> String {
    let name = word.name();
    if let Some(written) = elsewhere::underscored(&format!("{name}{size}")) {
        unknown_word(&format!("{name}{size}"), &written)
    } else if word.takes().size == Need::No {
        let example = if word.takes().options.is_empty() { word.example() } else { name };
        unknown_word(&format!("{name}{size}"), example)
    } else if let Some(instead) = elsewhere::directions(word, size) {
        unknown_instead(&format!("{name}{size}"), &instead)
    } else if let Some(meant) = elsewhere::full_depth(word, size) {
        format!("`{size}` is no size of {name}: a window has a height and a width, so write `{meant}`")
    } else if size.bytes().all(|b| b.is_ascii_digit()) {
        format!("the size {size} is too large to be counted")
    } else {
        let example = word.example();
        format!("`{size}` is no size of {name}: write `{example}`, or {name}3x5 for 3 high and 5 wide")
    }
}

pub fn planned(text: &str) -> String {
    let deconv = text.to_ascii_lowercase().starts_with("deconv");
    let instead = if deconv { "; `upsample2 -> conv3-64` enlarges" } else { "" };
    format!("`{text}` is not implemented yet{instead}")
}

pub fn misplaced_keyword(keyword: &str) -> String {
    match keyword {
        "input" => "`input` stands once, at the beginning of the network's chain".into(),
        _ => format!("blocks are defined before `input`: `{BLOCK}`"),
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

pub fn called_with_block() -> String {
    "a block is called without the word `block`: `name(64)`".into()
}

pub fn named_argument(block: &Ident) -> String {
    format!("arguments have no names, their order counts: `{block}(64)`")
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

pub fn joined_branches() -> String {
    "branches are joined by `+` (sum) or `|` (concatenation): `(conv3-64 + skip)`".into()
}

pub fn heads_in_round_brackets() -> String {
    "heads stand in braces: `{ boxes: fc-4, classes: fc-21 }`".into()
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

pub fn head_needs_chain(name: Option<&TokenTree>) -> String {
    let name = name.map_or_else(|| "name".to_owned(), ToString::to_string);
    format!("a head has a name and layers: `{name}: fc-10`")
}

pub fn head_needs_colon() -> String {
    "`:` is missing behind the head's name".into()
}

pub fn head_twice(name: &Ident) -> String {
    format!("there are two heads `{name}`")
}
