//! A layer: `conv3x5-64/2x1(pad=20x5, floor)`.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};

use super::apart::Found;
use super::foreign::arguments;
use super::{Parser, Tokens, text};
use crate::ast::{Item, Layer, Number, Pair};
use crate::diag::{elsewhere, syntax};
use crate::vocabulary::{Need, Reading, Word};

impl Parser<'_> {
    /// Reads a layer whose word is the next `length` tokens. After an error it is still a layer if its volume is sure.
    pub(super) fn layer(&mut self, tokens: &mut Tokens, word: Word, size: Option<(u64, u64)>, length: usize) -> Item {
        let begin = tokens.position();
        let before = self.errors.len();
        let word_span = tokens.span();
        tokens.skip(length);

        let name = tokens.since(begin);
        let decimal = self.decimal(tokens, begin, word, size);
        if !decimal && size.is_none() && word.takes().size != Need::No && self.size_behind(tokens, begin, word) {
            return Item::Unknown;
        }
        let size = if decimal { None } else { self.size(word, size, &name) };
        self.value_outside(tokens, word);
        let count_at = tokens.position();
        let mut count = self.count(tokens, word, size.is_some());
        let stride_at = tokens.position();
        let count_text = text(&tokens.since(count_at));
        let stride = self.stride(tokens, word);
        let stride_text = text(&tokens.since(stride_at));
        if count.is_none() && self.errors.len() == before && word.takes().count != Need::No && self.counts(tokens) {
            let place = tokens.peek_at(1).map_or_else(|| tokens.span(), TokenTree::span);
            self.errors.at_span(place, syntax::count_after_stride(word));
            count = self.count(tokens, word, size.is_some());
        }
        let takes = word.takes();
        let options_at = tokens.position();
        let bare = takes.size == Need::Must && takes.count == Need::Must && size.is_none() && count.is_none();
        let mut said = Vec::new();
        let options = match tokens.group(Delimiter::Parenthesis).cloned() {
            Some(group) if size.is_none() && count.is_none() && calls_elsewhere(word, &group) => {
                tokens.skip(1);
                let meant = elsewhere::call(word.name(), word, &arguments(&group));
                self.errors.at(&tokens.since(begin), syntax::numbers_apart(&meant));
                Vec::new()
            }
            Some(group) if holds_layer(word, &group) => {
                let outer = text(&tokens.since(begin));
                tokens.skip(1);
                self.errors.at(&tokens.since(begin), syntax::nested(&unnested(&outer, &group)));
                Vec::new()
            }
            Some(group) if bare && Tokens::inside(&group).literal().is_some() => {
                tokens.skip(1);
                self.errors.at(&group, syntax::numbers_in_brackets(word));
                Vec::new()
            }
            Some(group) if !is_branches(&group) => {
                tokens.skip(1);
                said.push(text(&group.stream()));
                self.options(&group, word)
            }
            _ => Vec::new(),
        };
        let no_size = takes.size == Need::Must && size.is_none();
        let numbers = Numbers { name: text(&name), size: size.is_some(), count: count_text, stride: stride_text };
        let counted = self.behind_options(tokens, word, &numbers, &Said { errors: before, options_at, no_size });

        if self.errors.len() == before {
            let found = Found {
                size: size.map(|(height, width)| format!("{height}x{width}")),
                count: numbers.count.get(1..).map(str::to_owned),
                stride: numbers.stride.get(1..).map(str::to_owned),
                options: said,
            };
            if self.numbers_behind(tokens, word, found) {
                return Item::Unknown;
            }
        }

        let tokens = tokens.since(begin);
        let no_count = takes.count == Need::Must && count.is_none() && !counted;
        if self.errors.len() == before && (no_size || no_count) {
            self.errors.at(&tokens, syntax::missing_numbers(word, &text(&tokens), no_size, no_count));
        }
        if self.errors.len() > before && !word.keeps_volume() {
            return Item::Unknown;
        }
        let text = text(&tokens);
        Item::Layer(Layer { word, word_span, size, count, stride, options, tokens, text })
    }

    /// Checks the size in the word.
    fn size(&mut self, word: Word, size: Option<(u64, u64)>, name: &TokenStream) -> Option<(u64, u64)> {
        let need = word.takes().size;
        match size {
            Some(size) if need == Need::No => {
                self.errors.at(name, syntax::superfluous_size(word, size));
                None
            }
            Some((0, _) | (_, 0)) => {
                self.errors.at(name, syntax::zero("the size"));
                None
            }
            size => size,
        }
    }

    /// `dropout 0.5`, `dropout-0.5` and `dropout=0.5`, whose number stands in brackets.
    fn value_outside(&mut self, tokens: &mut Tokens, word: Word) {
        let hyphen = usize::from(['-', '=', ':'].into_iter().any(|sign| tokens.sign(sign)));
        if word.takes().value.is_some()
            && let Some(literal) = tokens.literal_at(hyphen)
        {
            let (span, written) = (literal.span(), literal.to_string());
            self.errors.at_span(span, syntax::value_outside(word, &written));
            tokens.skip(hyphen + 1);
        }
    }

    /// `-64`
    fn count(&mut self, tokens: &mut Tokens, word: Word, sized: bool) -> Option<Number> {
        let takes = word.takes().count != Need::No;
        let the_count = format!("the {}", word.counts());
        if takes && tokens.literal().is_some() {
            self.errors.at_span(tokens.span(), syntax::missing_hyphen(word, tokens.peek()));
            let count = self.number(tokens, &the_count);
            let unit = tokens.ident().is_some_and(|unit| elsewhere::is_unit(&unit.to_string()));
            tokens.skip(usize::from(unit));
            return count;
        }
        if takes && (tokens.sign('=') || tokens.sign(':')) && tokens.literal_at(1).is_some() {
            self.errors.at_span(tokens.span(), syntax::sign_before_count(word));
            tokens.skip(1);
            return self.number(tokens, &the_count);
        }
        if !tokens.sign('-') || tokens.arrow_at(1) && !takes || tokens.sign_at(1, '>') {
            return None;
        }
        if let Some(ident) = tokens.ident_at(1).filter(|ident| !self.is_parameter(ident)) {
            // What looks like the next step is left to it: `relu - maxpool`.
            if !takes || self.is_block(ident) || Reading::of(&ident.to_string()).is_layer() {
                return None;
            }
        } else if !takes && tokens.literal_at(1).is_none() && tokens.ident_at(1).is_none() {
            return None;
        }
        tokens.skip(1);
        if !sized
            && word.takes().size != Need::No
            && let (Some(size), true, Some(count)) = (tokens.literal(), tokens.sign_at(1, '-'), tokens.literal_at(2))
        {
            let (span, message) = (size.span(), syntax::size_as_count(word, &size.to_string(), &count.to_string()));
            self.errors.at_span(span, message);
            tokens.skip(3);
            return None;
        }
        if let (true, Some(TokenTree::Group(group))) = (takes, tokens.peek().cloned())
            && !is_branches(&group)
        {
            tokens.skip(1);
            let inside = Tokens::inside(&group);
            let sentence =
                if inside.count() == 1 { syntax::without_brackets(&the_count) } else { syntax::arithmetic() };
            self.errors.at(&group, sentence);
            return None;
        }
        if takes {
            return self.positive_number(tokens, &the_count);
        }
        let begin = tokens.position();
        if self.pair(tokens, "the number").is_some() {
            let count = tokens.since(begin);
            self.errors.at(&count, syntax::superfluous_count(word, sized, &text(&count)));
        }
        None
    }

    /// `/2x1`
    fn stride(&mut self, tokens: &mut Tokens, word: Word) -> Option<Pair> {
        if !tokens.sign('/') || self.layer_at(tokens, 1) {
            return None;
        }
        tokens.skip(1);
        let begin = tokens.position();
        let stride = self.positive_pair(tokens, "the stride")?;
        if word.takes().stride {
            return Some(stride);
        }
        self.errors.at(&tokens.since(begin), syntax::superfluous_stride(word));
        None
    }
}

/// A layer's numbers as they are written, in their order: `conv3`, `-64`, `/2`.
struct Numbers {
    name: String,
    size: bool,
    count: String,
    stride: String,
}

/// What is known of a layer when its options end.
struct Said {
    errors: usize,
    options_at: usize,
    no_size: bool,
}

impl Parser<'_> {
    /// `leaky_relu0.1`, `upsample1.5`, `dropout-.5`: a float outside of brackets. True after an error.
    fn decimal(&mut self, tokens: &mut Tokens, begin: usize, word: Word, size: Option<(u64, u64)>) -> bool {
        let hyphen = usize::from(tokens.sign('-'));
        let Some(fraction) = tokens.literal_at(hyphen + 1).filter(|_| tokens.sign_at(hyphen, '.')) else {
            return false;
        };
        let number = format!("{}.{fraction}", size.map_or(0, |(side, _)| side));
        tokens.skip(hyphen + 2);
        let sentence = match word.takes() {
            takes if takes.value.is_some() => syntax::value_outside(word, &number),
            takes if takes.size != Need::No => syntax::fractional_size(word, &number),
            _ => syntax::superfluous_count(word, false, &number),
        };
        self.errors.at(&tokens.since(begin), sentence);
        true
    }

    /// `/2` and `-64` behind options or a second time, and more options. Nothing is said after another error. True if the
    /// count stands there.
    fn behind_options(&mut self, tokens: &mut Tokens, word: Word, numbers: &Numbers, said: &Said) -> bool {
        let options = text(&tokens.since(said.options_at));
        let takes = word.takes();
        let begin = tokens.position();
        let (mut counts, mut strides) = (Vec::new(), Vec::new());
        while tokens.sign('/') && !self.layer_at(tokens, 1) || self.counts(tokens) {
            let from = tokens.position();
            let (stride, number) = (tokens.sign('/'), self.number_at(tokens, 1));
            tokens.skip(1 + usize::from(number));
            if !number && takes.stride && self.errors.len() == said.errors {
                self.errors.at_span(tokens.last_span(), syntax::missing("the stride"));
            }
            if stride { &mut strides } else { &mut counts }.push(text(&tokens.since(from)));
        }
        let further = tokens.group(Delimiter::Parenthesis).filter(|group| !is_branches(group)).map(Group::stream);
        let all = further.as_ref().map_or_else(|| options.clone(), |further| syntax::joined(&options, &text(further)));
        let more = !(counts.is_empty() && strides.is_empty());
        if further.is_some() && (more || !options.is_empty()) {
            tokens.skip(1);
        }
        let wrong = tokens.since(begin);
        let counted = takes.count != Need::No && !counts.is_empty();
        if wrong.is_empty() || self.errors.len() > said.errors {
            return counted;
        }
        let no_count = takes.count == Need::Must && numbers.count.is_empty() && counts.is_empty();
        let sentence = if let (Need::No, Some(count)) = (takes.count, counts.first()) {
            syntax::superfluous_count(word, numbers.size, count.trim_start_matches('-'))
        } else if !takes.stride && !strides.is_empty() {
            syntax::superfluous_stride(word)
        } else if strides.len() + usize::from(!numbers.stride.is_empty()) > 1 {
            syntax::twice("the stride")
        } else if counts.len() + usize::from(!numbers.count.is_empty()) > 1 {
            syntax::twice(&format!("the {}", word.counts()))
        } else if said.no_size || no_count {
            return counted;
        } else if more {
            let (counts, strides) = (counts.concat(), strides.concat());
            let Numbers { name, count, stride, .. } = numbers;
            syntax::numbers_behind_options(&format!("{name}{count}{counts}{stride}{strides}{all}"))
        } else {
            syntax::options_in_two(&all)
        };
        self.errors.at(&wrong, sentence);
        counted
    }

    /// `-` and a number come next.
    fn counts(&self, tokens: &Tokens) -> bool {
        let parameter = || tokens.ident_at(1).is_some_and(|ident| self.is_parameter(ident));
        tokens.sign('-') && (tokens.literal_at(1).is_some() || parameter())
    }

    /// The next layer, as in `conv3-64/relu`.
    fn layer_at(&self, tokens: &Tokens, ahead: usize) -> bool {
        let layer = |ident: &Ident| !self.is_parameter(ident) && Reading::of(&ident.to_string()).is_layer();
        tokens.ident_at(ahead).is_some_and(layer)
    }

    /// A number or a name that may be meant for one.
    fn number_at(&self, tokens: &Tokens, ahead: usize) -> bool {
        let name = |ident: &Ident| !self.is_block(ident) && !Reading::of(&ident.to_string()).is_layer();
        tokens.literal_at(ahead).is_some() || tokens.ident_at(ahead).is_some_and(name)
    }
}

/// `maxpool(3, 2)`, `conv(filters=64, kernel_size=3)`: a word that is called as other frameworks do.
fn calls_elsewhere(word: Word, group: &Group) -> bool {
    let pool = matches!(word, Word::MaxPool | Word::AvgPool) && Tokens::inside(group).literal().is_some();
    pool || word.takes().size != Need::No && elsewhere::sized(&arguments(group))
}

/// `relu(conv3-64)`: what comes in stands in the brackets.
fn holds_layer(word: Word, group: &Group) -> bool {
    let inside = Tokens::inside(group);
    let Some(name) = inside.ident().map(ToString::to_string) else { return false };
    let option = word.takes().options.iter().any(|(option, _)| option.eq_ignore_ascii_case(&name));
    let numbered = inside.sign_at(1, '-') && inside.literal_at(2).is_some();
    let mut rest = Tokens::inside(group);
    rest.skip_to(&[',']);
    !option
        && rest.at_end()
        && !is_branches(group)
        && Reading::of(&name).is_layer()
        && (numbered || matches!(inside.peek_at(1), Some(TokenTree::Group(_))))
}

/// `conv3-64 -> relu -> maxpool` of `maxpool(relu(conv3-64))`, whose outer word and brackets come in.
fn unnested(outer: &str, group: &Group) -> String {
    let inside = Tokens::inside(group);
    let inner = match (inside.ident(), inside.peek_at(1)) {
        (Some(word), Some(TokenTree::Group(group))) if inside.count() == 2 => unnested(&word.to_string(), group),
        _ => text(&group.stream()),
    };
    format!("{inner} -> {outer}")
}

/// Brackets that are no options but the next item, after a missing arrow.
fn is_branches(group: &Group) -> bool {
    let mut tokens = Tokens::inside(group);
    tokens.skip_to(&['+', '|']);
    !tokens.at_end()
}
