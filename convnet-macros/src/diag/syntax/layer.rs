//! Sentences about layers and their options.

use proc_macro2::{Ident, TokenTree};

use super::words::{quoted, quoted_or, token};
use crate::diag::elsewhere;
use crate::diag::nearest::nearest;
use crate::vocabulary::{Kind, Need, Word};

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
        Word::Gap if (height, width) == (1, 1) => "gap takes no size: it averages the whole map".into(),
        Word::Gap => format!("gap takes no size, it averages the whole map: windows are `avgpool{height}`"),
        Word::Dropout => {
            let share = share(&height.to_string());
            share.map_or_else(
                || format!("dropout takes no size: its number stands in brackets, and {PART}"),
                |share| format!("dropout takes no size: did you mean `dropout({share})`?"),
            )
        }
        _ if word.takes().count != Need::No => format!("{name} takes no size: did you mean `{name}-{height}`?"),
        _ if word.takes().value.is_some() => format!("{name} takes no size: did you mean `{name}({height})`?"),
        _ => format!("{name} takes no size"),
    }
}

/// `sized`: the word has its size already.
pub fn superfluous_count(word: Word, sized: bool, count: &str) -> String {
    let name = word.name();
    if word == Word::DwConv && sized {
        "dwconv has no number of filters: it has one for each channel".into()
    } else if word.takes().size != Need::No && sized {
        format!("{name} takes no second number")
    } else if word.takes().size != Need::No {
        let number = count.starts_with(|c: char| c.is_ascii_digit());
        let written = if number { format!("{name}{count}") } else { word.example().to_owned() };
        format!("{name} has no number of filters; its size stands in the word: `{written}`")
    } else if word.takes().value.is_some() {
        format!("{name} takes one number, in brackets: `{}`", word.example())
    } else {
        format!("{name} takes no number")
    }
}

pub fn superfluous_stride(word: Word) -> String {
    format!("{} has no stride", word.name())
}

pub fn missing_hyphen(word: Word, next: Option<&TokenTree>) -> String {
    format!("`-` is missing before {}: the {} is written as in `{}`", token(next), word.counts(), word.example())
}

pub fn sign_before_count(word: Word) -> String {
    format!("the {} stands behind `-`, as in `{}`", word.counts(), word.example())
}

/// `relu(conv3-64)`
pub fn nested(chain: &str) -> String {
    format!("layers follow one another: write `{chain}`")
}

pub fn without_brackets(what: &str) -> String {
    format!("{what} stands without brackets: `conv3-64`, or `conv3-k` in a block")
}

pub fn count_after_stride(word: Word) -> String {
    format!("the {} stands before the stride: `{}/2`", word.counts(), word.example())
}

pub fn no_options(word: Word) -> String {
    format!("nothing stands in these brackets: write `{}`", word.example())
}

pub fn twice(what: &str) -> String {
    format!("{what} is given twice")
}

pub fn contradiction(one: &str, other: &str) -> String {
    match (one, other) {
        ("pad", "same") | ("same", "pad") => "`same` finds the padding itself: leave out `pad`".into(),
        _ => format!("`{other}` and `{one}` exclude each other"),
    }
}

pub fn arithmetic() -> String {
    "there is no arithmetic here: write a number or a parameter".into()
}

pub fn percent(number: &str, negative: bool) -> String {
    match number.replace('_', "").parse::<f64>() {
        Ok(value) if !negative => format!("a share is a number: write `{}` for {number} %", value / 100.0),
        _ => arithmetic(),
    }
}

pub fn quotient(number: &str, by: &str, negative: bool) -> String {
    let value = |text: &str| text.replace('_', "").parse::<f64>().ok();
    match (value(number), value(by)) {
        (Some(number), Some(by)) if !negative && by != 0.0 => {
            format!("there is no arithmetic here: write `{}`", (number / by) as f32)
        }
        _ => arithmetic(),
    }
}

pub fn no_leading_digit(written: &str) -> String {
    format!("a number begins with a digit: write `{written}`")
}

pub fn bracketed_pair(name: &str, pair: &str) -> String {
    format!("numbers stand without brackets, and a pair is `2x1` (height, width): write `{name}={pair}`")
}

pub fn numbers_apart(written: &str) -> String {
    format!("a layer's numbers are part of it: write `{written}`")
}

pub fn numbers_behind_options(written: &str) -> String {
    format!("numbers stand before the options: write `{written}`")
}

/// `(pad=1, floor)` of `(pad=1)` and `floor`.
pub fn joined(options: &str, further: &str) -> String {
    let inner = options.trim_start_matches('(').trim_end_matches(')');
    if inner.is_empty() { format!("({further})") } else { format!("({inner}, {further})") }
}

pub fn options_in_two(all: &str) -> String {
    format!("all options stand in one pair of brackets: `{all}`")
}

pub fn stride_option(word: Word, value: &str) -> String {
    if !word.takes().stride {
        return superfluous_stride(word);
    }
    let example = word.example().split('/').next().unwrap_or_default();
    format!("the stride is written `/{value}`, behind the other numbers: `{example}/{value}`")
}

pub fn unknown_option(word: Word, written: &str, value: &str, is_parameter: bool) -> String {
    let name = word.name();
    let takes = word.takes();
    let names: Vec<&str> = takes.options.iter().map(|&(name, _)| name).collect();
    if is_parameter && !names.is_empty() {
        return bare_value(word, written);
    }
    if let Some(instead) = elsewhere::option(word, written, value) {
        return format!("unknown option `{written}` of {name}: {instead}");
    }
    if let Some(near) = nearest(written, names.iter().copied()) {
        return format!("unknown option `{written}` of {name}: did you mean `{near}`?");
    }
    if written == "ceil" && takes.stride {
        return format!("`ceil` is for pools only: {name} takes `floor`");
    }
    if takes.value.is_some() {
        let number = value.parse::<f64>().ok().map(|_| format!("{name}({value})"));
        format!("{name} takes one number, without a name: `{}`", number.as_deref().unwrap_or(word.example()))
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

pub fn value_outside(word: Word, written: &str) -> String {
    let name = word.name();
    let written = if word == Word::Dropout { share(written) } else { Some(written.to_owned()) };
    written.map_or_else(
        || format!("the number of {name} stands in brackets, and {PART}"),
        |written| format!("the number of {name} stands in brackets: `{name}({written})`"),
    )
}

/// What dropout's number is.
const PART: &str = "is the part that is dropped, at least 0 and less than 1: `dropout(0.5)`";

/// `0.5` of `50`, a share of 1 that was written in percent. None for a number that may mean anything.
fn share(written: &str) -> Option<String> {
    match written.parse::<f64>().ok()? {
        share if (0.0..1.0).contains(&share) => Some(written.to_owned()),
        percent if (10.0..100.0).contains(&percent) => Some((percent / 100.0).to_string()),
        _ => None,
    }
}

pub fn fractional_size(word: Word, size: &str) -> String {
    let name = word.name();
    let whole = size.trim_end_matches('0').strip_suffix('.').filter(|whole| !whole.is_empty());
    match whole {
        Some(whole) => format!("a size is a whole number: write `{name}{whole}`"),
        None => format!("`{size}` is no size of {name}: a size is a whole number, as in `{}`", word.example()),
    }
}

pub fn size_as_count(word: Word, size: &str, count: &str) -> String {
    format!("the size stands in the word: `{}{size}-{count}`", word.name())
}

pub fn numbers_in_brackets(word: Word) -> String {
    let name = word.name();
    format!("the size of {name} stands in the word, the {} behind `-`: `{}`", word.counts(), word.example())
}

pub fn bare_value(word: Word, value: &str) -> String {
    let name = word.name();
    let takes = word.takes();
    let options = takes.options.iter().filter(|(_, kind)| *kind != Kind::Flag);
    let names: Vec<&str> = options.map(|&(name, _)| name).collect();
    match (takes.size != Need::No, takes.count != Need::No) {
        _ if word == Word::Bn => format!(
            "a value of bn needs the name of its option, {}; the number of channels is known: `bn`",
            quoted_or(&names)
        ),
        (false, true) => format!("the {} of {name} is written `{name}-{value}`", word.counts()),
        (true, false) => format!("the size of {name} stands in the word: `{name}{value}`"),
        _ if names.is_empty() => format!("{name} has no options"),
        (true, true) => format!(
            "a value of {name} needs the name of its option, {}; the {} is written as in `{}`",
            quoted_or(&names),
            word.counts(),
            word.example()
        ),
        _ => format!("a value of {name} needs the name of its option: {}", quoted_or(&names)),
    }
}

pub fn wrong_value(name: &str, kind: Kind, written: &str, parameters: &[Ident]) -> String {
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
    if (name, written) == ("`pad`", "same") {
        return "`same` stands alone, without `pad`: `(same)`".into();
    }
    if (name, written) == ("`pad`", "valid") {
        return "no padding is `pad=0`".into();
    }
    if kind == Kind::Real && is_number(written) {
        return format!("{name} takes a number, and `{written}` is too large for one of 32 bits");
    }
    let names: Vec<String> = parameters.iter().map(Ident::to_string).collect();
    match nearest(written, names.iter().map(String::as_str)) {
        Some(near) if !matches!(kind, Kind::Bool | Kind::Bias) => {
            format!("there is no parameter `{written}`: did you mean `{near}`?")
        }
        _ => format!("{name} takes {wanted}, not `{written}`"),
    }
}

fn is_number(written: &str) -> bool {
    let plain = written.trim_start_matches('-').replace('_', "");
    plain.starts_with(|c: char| c.is_ascii_digit()) && plain.parse::<f64>().is_ok()
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
