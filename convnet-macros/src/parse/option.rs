//! The options of a layer: `(pad=20x5, floor)`, `(0.5)`.

use proc_macro2::{Group, Ident, TokenTree};

use super::foreign::bracketed_pair;
use super::item::is_arithmetic;
use super::number::joined;
use super::{Parser, Tokens, text};
use crate::ast::{LayerOption, Number, OptionValue, Pair};
use crate::diag::elsewhere;
use crate::diag::syntax;
use crate::vocabulary::{EXCLUSIVE, Kind, Word};

/// Stands for the value without a name among the names.
const BARE: &str = "";

impl Parser<'_> {
    /// Those options that are right; the others are reported.
    pub(super) fn options(&mut self, group: &Group, word: Word) -> Vec<LayerOption> {
        let mut options = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        let tokens = &mut Tokens::inside(group);
        if tokens.at_end() {
            self.errors.at(group, syntax::no_options(word));
        }
        self.superfluous_commas(tokens);
        while !tokens.at_end() {
            let begin = tokens.position();
            let arithmetic = |tokens: &Tokens| tokens.punct_at(0).is_some_and(is_arithmetic);
            let option = self.option(tokens, word).filter(|_| !arithmetic(tokens));
            let all = tokens.since(begin);
            if let Some((key, name, value)) = option {
                if seen.contains(&key) {
                    self.errors.at(&all, syntax::twice(&called(key)));
                } else if let Some(other) = rival(key, &seen) {
                    self.errors.at(&all, syntax::contradiction(key, other));
                } else {
                    options.push(LayerOption { name, value, tokens: all });
                }
                seen.push(key);
            }
            self.comma(tokens);
        }
        options
    }

    /// `name=value`, a flag or a value. None, after an error, if it is not right.
    fn option(&mut self, tokens: &mut Tokens, word: Word) -> Option<(&'static str, Option<Ident>, OptionValue)> {
        let takes = word.takes();
        let Some(ident) = tokens.ident().cloned() else {
            return self.bare_value(tokens, word);
        };
        let written = ident.to_string();
        let known = takes.options.iter().copied().find(|(name, _)| name.eq_ignore_ascii_case(&written));
        let assigned = tokens.sign_at(1, '=');
        let Some((name, kind)) = known else {
            if !assigned && takes.value.is_some() && self.is_parameter(&ident) {
                return self.bare_value(tokens, word);
            }
            let begin = tokens.position();
            tokens.skip(1);
            let mut value = String::new();
            if assigned || tokens.sign(':') {
                tokens.skip(1);
                let from = tokens.position();
                let pair = if let Some(TokenTree::Group(group)) = tokens.peek() { bracketed_pair(group) } else { None };
                skip_value(tokens);
                value = pair.unwrap_or_else(|| text(&tokens.since(from)));
                if elsewhere::is_stride(&written) {
                    self.errors.at(&tokens.since(begin), syntax::stride_option(word, &value));
                    return None;
                }
            }
            self.errors.at(&ident, syntax::unknown_option(word, &written, &value, self.is_parameter(&ident)));
            return None;
        };
        let canonical = Ident::new(name, ident.span());
        tokens.skip(1);
        match (kind, assigned) {
            (Kind::Flag, false) => Some((name, None, OptionValue::Word(canonical))),
            (Kind::Flag, true) => {
                tokens.skip(1);
                skip_value(tokens);
                self.errors.at(&ident, syntax::flag_with_value(name));
                None
            }
            (_, true) => {
                tokens.skip(1);
                let value = self.value(tokens, name, kind)?;
                Some((name, Some(canonical), value))
            }
            (_, false) => {
                self.errors.at(&ident, syntax::option_without_value(name, kind));
                if tokens.sign(':') {
                    tokens.skip(1);
                    skip_value(tokens);
                }
                None
            }
        }
    }

    fn bare_value(&mut self, tokens: &mut Tokens, word: Word) -> Option<(&'static str, Option<Ident>, OptionValue)> {
        if let Some(kind) = word.takes().value {
            return Some((BARE, None, self.value(tokens, BARE, kind)?));
        }
        let begin = tokens.position();
        if matches!(tokens.peek(), Some(TokenTree::Literal(_))) || tokens.sign('-') || tokens.sign('.') {
            skip_value(tokens);
        } else {
            tokens.skip(1);
        }
        let value = tokens.since(begin);
        self.errors.at(&value, syntax::bare_value(word, &text(&value)));
        None
    }

    /// A value of a kind. `name` is for the error only.
    fn value(&mut self, tokens: &mut Tokens, name: &str, kind: Kind) -> Option<OptionValue> {
        let begin = tokens.position();
        let span = tokens.span();
        let what = called(name);
        if let Some(ident) = tokens.ident().cloned() {
            tokens.skip(1);
            let plain = ident.to_string().to_ascii_lowercase();
            return match (kind, plain.as_str()) {
                (Kind::Bool | Kind::Bias, "true" | "false") => Some(OptionValue::Bool(plain == "true")),
                (Kind::Bias, "position") => Some(OptionValue::Word(Ident::new("position", ident.span()))),
                (Kind::Pair | Kind::PositivePair | Kind::Count | Kind::Real, _) if self.is_parameter(&ident) => {
                    Some(OptionValue::Word(ident))
                }
                _ => {
                    self.errors.at(&ident, syntax::wrong_value(&what, kind, &ident.to_string(), &self.parameters));
                    None
                }
            };
        }
        if tokens.sign('$') && kind != Kind::Flag && tokens.ident_at(1).is_some() {
            return self.pair(tokens, &what).map(OptionValue::Pair);
        }
        if let (Kind::Pair | Kind::PositivePair, Some(TokenTree::Group(group))) = (kind, tokens.peek())
            && let Some(pair) = bracketed_pair(group)
        {
            tokens.skip(1);
            self.errors.at(&tokens.since(begin), syntax::bracketed_pair(name, &pair));
            return None;
        }
        let digit = usize::from(tokens.sign('-'));
        if let (Kind::Real, true, Some(digits)) = (kind, tokens.sign_at(digit, '.'), tokens.literal_at(digit + 1)) {
            let written = format!("{}0.{digits}", if digit > 0 { "-" } else { "" });
            tokens.skip(digit + 2);
            self.errors.at(&tokens.since(begin), syntax::no_leading_digit(&written));
            return None;
        }
        let literal = if tokens.sign('-') { tokens.literal_at(1) } else { tokens.literal() };
        let value = match (kind, literal.map(ToString::to_string)) {
            (Kind::Real, Some(text)) if !has_sides(&text) => {
                let negative = tokens.sign('-');
                tokens.skip(usize::from(negative) + 1);
                if tokens.sign('%') {
                    tokens.skip(1);
                    self.errors.at(&tokens.since(begin), syntax::percent(&text, negative));
                    return None;
                }
                if let (true, Some(by)) = (tokens.sign('/'), tokens.literal_at(1).map(ToString::to_string)) {
                    tokens.skip(2);
                    self.errors.at(&tokens.since(begin), syntax::quotient(&text, &by, negative));
                    return None;
                }
                real(&text, negative, span)
            }
            (Kind::Pair | Kind::PositivePair | Kind::Count, Some(text)) if !tokens.sign('-') && !is_float(&text) => {
                return match kind {
                    Kind::Pair => self.pair(tokens, &what).map(OptionValue::Pair),
                    Kind::PositivePair => self.positive_pair(tokens, &what).map(OptionValue::Pair),
                    _ => self.positive_number(tokens, &what).map(|number| OptionValue::Pair(Pair::Both(number))),
                };
            }
            _ => None,
        };
        if value.is_none() {
            let from = tokens.position();
            if from == begin {
                skip_value(tokens);
            }
            let wrong = tokens.since(begin);
            if wrong.is_empty() {
                self.errors.at_span(tokens.last_span(), syntax::wrong_value(&what, kind, "", &[]));
            } else {
                self.errors.at(&wrong, syntax::wrong_value(&what, kind, &text(&wrong), &[]));
            }
        }
        value
    }
}

/// An option's name in a sentence.
fn called(name: &str) -> String {
    if name == BARE { "the value".to_owned() } else { format!("`{name}`") }
}

/// A whole number stays one; everything else is a float.
fn real(text: &str, negative: bool, span: proc_macro2::Span) -> Option<OptionValue> {
    let plain = text.replace('_', "");
    if let (false, Ok(number)) = (negative, plain.parse()) {
        return Some(OptionValue::Pair(Pair::Both(Number::Literal(number, span))));
    }
    let number: f64 = plain.parse().ok().filter(|&number: &f64| (number as f32).is_finite())?;
    Some(OptionValue::Float(if negative { -number } else { number }))
}

fn is_float(text: &str) -> bool {
    text.parse::<u64>().is_err() && text.replace('_', "").parse::<f64>().is_ok_and(|_| text.contains(['.', 'e', 'E']))
}

fn has_sides(text: &str) -> bool {
    text.contains(['x', 'X'])
}

/// One value, whatever it is.
fn skip_value(tokens: &mut Tokens) {
    if tokens.sign('-') {
        tokens.skip(1);
    }
    let sign = tokens.sign('.') && tokens.literal_at(1).is_some() || tokens.sign('$') && tokens.ident_at(1).is_some();
    tokens.skip(usize::from(sign));
    if tokens.literal().is_some() {
        joined(tokens);
    } else if !tokens.at_end() && !tokens.sign(',') {
        tokens.skip(1);
    }
}

/// An option that has been given and cannot stand together with this one.
fn rival<'a>(key: &str, seen: &[&'a str]) -> Option<&'a str> {
    let exclusive = |other: &str| {
        EXCLUSIVE.iter().any(|flags| flags.contains(&key) && flags.contains(&other))
            || matches!((key, other), ("pad", "same") | ("same", "pad"))
    };
    seen.iter().copied().find(|other| exclusive(other))
}
