//! Sentences about numbers and volumes.

use proc_macro2::Ident;

use super::words::quoted;
use crate::diag::nearest::nearest;
use crate::shape::Volume;

pub fn missing(what: &str) -> String {
    format!("{what} is missing here")
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

pub fn dollar(name: &Ident, parameter: bool) -> String {
    if parameter {
        format!("a parameter is written without `$`: `{name}`")
    } else {
        format!("`${name}` is no number: names for numbers are parameters of blocks, without `$`")
    }
}

pub fn no_pair_here(height: u64, width: u64, what: &str) -> String {
    format!("`{height}x{width}` is a pair, and {what} is one number")
}

pub fn not_a_pair(text: &str, what: &str) -> String {
    format!("`{text}` has too many sides: {what} is `2` or `2x1` (height, width)")
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
    if plain.contains(['"', '\'']) {
        return "layers and numbers are written without quotes".into();
    }
    if plain.ends_with('x') {
        return format!("a number is missing behind `{text}`");
    }
    if let Some((count, stride)) = plain.split_once('s')
        && [count, stride].iter().all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    {
        return format!("the stride stands behind `/`: write `{count}/{stride}`");
    }
    let float = sides().find(|side| side.contains(['.', 'e']) && side.parse::<f64>().is_ok());
    match float.map(|side| (side, side.parse::<f64>())) {
        Some((side, Ok(value))) if value.fract() == 0.0 && value.abs() < 1e15 => {
            let written = text.to_ascii_lowercase().replacen(side, &value.to_string(), 1);
            format!("to Rust `{side}` is a float: write `{written}`")
        }
        Some((side, _)) => format!("`{side}` is no whole number"),
        None => format!("`{text}` is no whole number"),
    }
}

pub fn zero(what: &str) -> String {
    format!("{what} cannot be zero")
}

pub fn no_volume(text: &str, sides: usize) -> String {
    format!("`{text}` has {sides} sides: a volume is `28x28x1` (height, width, depth), or `784` for features")
}

pub fn batch_in_volume(text: &str, volume: Volume) -> String {
    format!("`{text}` has 4 sides, but the batch is no part of a volume, and any size of it runs: write `{volume}`")
}

pub fn bracketed_volume(volume: Volume, channels_first: bool) -> String {
    let order = if channels_first { " and is written height x width x depth" } else { "" };
    format!("the input's volume stands without brackets{order}: `input {volume}`")
}

pub fn without_x(height: u64, width: u64, depth: u64) -> String {
    format!("the sides of a volume are joined by the letter x: `{height}x{width}x{depth}`")
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
