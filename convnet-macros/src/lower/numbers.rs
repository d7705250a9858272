//! Numbers and options of layers, with the parameters of blocks filled in. `parse` has checked what a layer takes and
//! the kinds of values; what a parameter stands for is known only here.

use proc_macro2::Span;
use syn::Ident;

use super::Lowering;
use super::report::address;
use crate::ast::{Layer, LayerOption, Number, OptionValue, Pair};
use crate::diag;

impl Lowering<'_> {
    /// What a number stands for; none for a parameter that does not exist.
    pub fn value(&self, number: &Number) -> Option<u64> {
        match number {
            Number::Literal(value, _) => Some(*value),
            Number::Parameter(name) => self.parameter(name),
        }
    }

    pub fn parameter(&self, name: &Ident) -> Option<u64> {
        let arguments = self.arguments.last()?;
        arguments.iter().find(|(parameter, _)| name == parameter).map(|&(_, value)| value)
    }

    /// A number that must not be zero. None for zero, which is an error, and for a number that is missing.
    pub fn positive(&mut self, number: &Number, of: &'static str) -> Option<u64> {
        match number {
            Number::Literal(value, _) => Some(*value).filter(|&value| value > 0),
            Number::Parameter(name) => self.positive_word(name, of),
        }
    }

    fn positive_pair(&mut self, pair: &Pair, of: &'static str) -> Option<(u64, u64)> {
        match pair {
            Pair::Both(number) => self.positive(number, of).map(|value| (value, value)),
            Pair::Each(height, width, _) => Some((*height, *width)).filter(|&(height, width)| height > 0 && width > 0),
        }
    }

    pub fn stride(&mut self, layer: &Layer) -> Option<(u64, u64)> {
        layer.stride.as_ref().and_then(|stride| self.positive_pair(stride, "the stride"))
    }

    /// `name=2` or `name=2x1`; zeros are fine.
    pub fn pair_option(&self, layer: &Layer, name: &str) -> Option<(u64, u64)> {
        match &option(layer, name)?.value {
            OptionValue::Pair(Pair::Both(number)) => self.value(number).map(|value| (value, value)),
            OptionValue::Pair(Pair::Each(height, width, _)) => Some((*height, *width)),
            OptionValue::Word(parameter) => self.parameter(parameter).map(|value| (value, value)),
            OptionValue::Float(..) | OptionValue::Bool(..) => None,
        }
    }

    pub fn positive_pair_option(&mut self, layer: &Layer, name: &'static str) -> Option<(u64, u64)> {
        match &option(layer, name)?.value {
            OptionValue::Pair(pair) => self.positive_pair(pair, name),
            OptionValue::Word(parameter) => self.positive_word(parameter, name).map(|value| (value, value)),
            OptionValue::Float(..) | OptionValue::Bool(..) => None,
        }
    }

    /// `name=2`
    pub fn count_option(&mut self, layer: &Layer, name: &'static str) -> Option<u64> {
        self.count_of(&option(layer, name)?.value, name)
    }

    /// `2` of `maxout(2)`
    pub fn count_value(&mut self, layer: &Layer, of: &'static str) -> Option<u64> {
        self.count_of(&bare(layer)?.value, of)
    }

    fn count_of(&mut self, value: &OptionValue, of: &'static str) -> Option<u64> {
        match value {
            OptionValue::Pair(Pair::Both(number)) => self.positive(number, of),
            OptionValue::Word(name) => self.positive_word(name, of),
            OptionValue::Pair(Pair::Each(..)) | OptionValue::Float(..) | OptionValue::Bool(..) => None,
        }
    }

    fn positive_word(&mut self, name: &Ident, of: &'static str) -> Option<u64> {
        let value = self.parameter(name)?;
        if value == 0 {
            self.report(address(name), "zero", name, &diag::layer::zero(name, of));
        }
        Some(value).filter(|&value| value > 0)
    }

    /// `name=1e-4`
    pub fn real_option(&self, layer: &Layer, name: &str) -> Option<f64> {
        self.real_of(&option(layer, name)?.value)
    }

    /// `0.5` of `dropout(0.5)`
    pub fn real_value(&self, layer: &Layer) -> Option<f64> {
        self.real_of(&bare(layer)?.value)
    }

    fn real_of(&self, value: &OptionValue) -> Option<f64> {
        match value {
            OptionValue::Float(value) => Some(*value),
            OptionValue::Pair(Pair::Both(number)) => self.value(number).map(|value| value as f64),
            OptionValue::Word(name) => self.parameter(name).map(|value| value as f64),
            OptionValue::Pair(Pair::Each(..)) | OptionValue::Bool(..) => None,
        }
    }

    /// The layer as written, with parameters filled in: `conv3-64/2(pad=1)`.
    pub fn text(&self, layer: &Layer) -> String {
        if self.arguments.is_empty() {
            return layer.text.clone();
        }
        let word = layer.text.split(['-', '/', '(']).next().unwrap_or_default();
        let hyphenated = layer.count.is_none() && layer.text[word.len()..].starts_with('-');
        let mut text = if hyphenated { layer.text.clone() } else { word.to_owned() };
        if let Some(count) = &layer.count {
            text += "-";
            text += &self.number_text(count);
        }
        if let Some(stride) = &layer.stride {
            text += "/";
            text += &self.pair_text(stride);
        }
        if !layer.options.is_empty() {
            let options: Vec<String> = layer.options.iter().map(|option| self.option_text(option)).collect();
            text = format!("{text}({})", options.join(", "));
        }
        text
    }

    pub fn number_text(&self, number: &Number) -> String {
        match number {
            Number::Literal(value, _) => value.to_string(),
            Number::Parameter(name) => self.word_text(name),
        }
    }

    fn word_text(&self, word: &Ident) -> String {
        self.parameter(word).map_or_else(|| word.to_string(), |value| value.to_string())
    }

    fn pair_text(&self, pair: &Pair) -> String {
        match pair {
            Pair::Both(number) => self.number_text(number),
            Pair::Each(height, width, _) => format!("{height}x{width}"),
        }
    }

    fn option_text(&self, option: &LayerOption) -> String {
        let value = match &option.value {
            OptionValue::Pair(pair) => self.pair_text(pair),
            OptionValue::Word(word) => self.word_text(word),
            OptionValue::Float(..) | OptionValue::Bool(..) => {
                let text = option.tokens.to_string();
                text.rsplit('=').next().unwrap_or_default().trim().to_owned()
            }
        };
        match &option.name {
            Some(name) => format!("{name}={value}"),
            None => value,
        }
    }
}

/// `name=value`, or the flag `name`.
pub fn option<'l>(layer: &'l Layer, name: &str) -> Option<&'l LayerOption> {
    layer.options.iter().find(|option| match (&option.name, &option.value) {
        (Some(own), _) => is(own, name),
        (None, OptionValue::Word(word)) => is(word, name),
        (None, _) => false,
    })
}

pub fn flag(layer: &Layer, name: &str) -> bool {
    layer.options.iter().any(|option| is_flag(option, name))
}

fn is_flag(option: &LayerOption, name: &str) -> bool {
    option.name.is_none() && matches!(&option.value, OptionValue::Word(word) if is(word, name))
}

/// The value without a name.
pub fn bare(layer: &Layer) -> Option<&LayerOption> {
    layer.options.iter().find(|option| option.name.is_none())
}

fn is(ident: &Ident, name: &str) -> bool {
    ident.to_string().eq_ignore_ascii_case(name)
}

/// What an error about a number underlines.
pub fn span_of(number: &Number) -> Span {
    match number {
        Number::Literal(_, span) => *span,
        Number::Parameter(name) => name.span(),
    }
}
