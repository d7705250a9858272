//! Items: a layer, `skip`, a volume, brackets, heads, a block's call or a network. Always reads something, and gives
//! `Item::Unknown` after an error.

use proc_macro2::{Delimiter, Ident, Punct, TokenTree};
use syn::Path;
use syn::parse::Parser as _;

use super::foreign::{self, calls, rest_of_unknown};
use super::number::joined;
use super::{MAX_DEPTH, Parser, Tokens, is_reserved};
use crate::ast::{Call, Item};
use crate::diag::elsewhere;
use crate::diag::syntax;
use crate::vocabulary::{Reading, Word, split};

/// Words that are no layers. Case does not count.
const KEYWORDS: [&str; 5] = ["input", "block", "skip", "frozen", "shared"];

pub(super) fn is_keyword(name: &str) -> bool {
    KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(name))
}

impl Parser<'_> {
    pub(super) fn item(&mut self, tokens: &mut Tokens) -> Item {
        let nests = matches!(tokens.peek(), Some(TokenTree::Group(_))) || tokens.keyword("frozen");
        if self.depth == MAX_DEPTH && nests {
            self.errors.at_span(tokens.span(), syntax::too_deep(MAX_DEPTH));
            tokens.skip_to(&['+', '|', ',', ';']);
            return Item::Unknown;
        }
        self.depth += 1;
        let item = self.shallow_item(tokens);
        self.depth -= 1;
        item
    }

    fn shallow_item(&mut self, tokens: &mut Tokens) -> Item {
        let brackets =
            matches!(tokens.peek_at(1), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket);
        if tokens.literal().is_some() && brackets {
            self.errors.at_span(tokens.span(), syntax::repeat_before_item());
            tokens.skip(1);
            self.item(tokens);
            return Item::Unknown;
        }
        if let Some(item) = self.numbers_before(tokens) {
            return item;
        }
        if Self::at_volume(tokens, 0) {
            return self.volume(tokens).map_or(Item::Unknown, Item::Volume);
        }
        match tokens.peek().cloned() {
            Some(TokenTree::Ident(ident)) => self.named_item(tokens, &ident),
            Some(TokenTree::Group(group)) => {
                tokens.skip(1);
                match group.delimiter() {
                    Delimiter::Parenthesis => self.branches(&group),
                    Delimiter::Brace => self.heads(&group),
                    Delimiter::Bracket | Delimiter::None => self.group(&group),
                }
            }
            Some(_) if tokens.path_sep_at(0) => self.network(tokens),
            other => {
                self.errors.at_span(tokens.span(), syntax::no_item(other.as_ref()));
                tokens.skip(1);
                tokens.skip_to(&['+', '|', ',', ';', '@']);
                Item::Unknown
            }
        }
    }

    fn named_item(&mut self, tokens: &mut Tokens, ident: &Ident) -> Item {
        let text = ident.to_string();
        if tokens.path_sep_at(1) {
            return self.network(tokens);
        }
        if self.is_block(ident) {
            return self.call(tokens, false);
        }
        if self.refused.contains(&text) && (calls(tokens, 1) || !is_reserved(&text)) {
            tokens.skip(1 + usize::from(calls(tokens, 1)));
            return Item::Unknown;
        }
        if matches!(text.as_str(), "let" | "for")
            || tokens.sign_at(1, '=') && !tokens.sign_at(2, '>') && !Reading::of(&text).is_layer()
        {
            self.errors.at(ident, if text == "for" { syntax::no_loops() } else { syntax::no_variables() });
            let definition = |tokens: &Tokens| {
                tokens.sign(';') && tokens.ident_at(1).is_some_and(|ident| is_keyword(&ident.to_string()))
            };
            while !tokens.at_end() && !definition(tokens) {
                tokens.skip(1);
            }
            return Item::Unknown;
        }
        if let Some(length) = Self::module(tokens, &text) {
            return self.foreign(tokens, length);
        }
        match text.to_ascii_lowercase().as_str() {
            "skip" => {
                tokens.skip(1);
                return Item::Skip;
            }
            "frozen" => return self.frozen(tokens),
            "shared" => {
                tokens.skip(1);
                return self.shared(tokens, ident);
            }
            "block" if tokens.ident_at(1).is_some_and(|name| self.is_block(name)) => {
                self.errors.at(ident, syntax::called_with_block());
                tokens.skip(2);
                return rest_of_unknown(tokens);
            }
            keyword @ ("input" | "block") => {
                self.errors.at(ident, syntax::misplaced_keyword(keyword));
                tokens.skip(1);
                if joined(tokens).is_empty() && Self::at_volume(tokens, 0) {
                    tokens.skip(1);
                }
                return rest_of_unknown(tokens);
            }
            _ => {}
        }
        let second = tokens.ident_at(2).filter(|_| tokens.sign_at(1, '-')).map(ToString::to_string);
        if let Some(word) = second.as_deref().and_then(|second| Word::from_hyphenated(&text, second)) {
            return self.layer(tokens, word, None, 3);
        }
        let length = written_apart(tokens, &text);
        match Reading::of(&text) {
            Reading::Layer(word, size) => return self.layer(tokens, word, size, 1),
            Reading::BadSize(..)
                if calls(tokens, 1) && elsewhere::word(&text).is_some() || elsewhere::absent(&text).is_some() =>
            {
                return self.foreign(tokens, 1);
            }
            Reading::BadSize(word, size) if !self.may_be_network(tokens, &text) => {
                self.errors.at(ident, syntax::bad_size(word, size));
            }
            Reading::Planned => self.errors.at(ident, syntax::planned(&text)),
            _ if length == 1 && self.may_be_network(tokens, &text) => return self.network(tokens),
            _ => return self.foreign(tokens, length),
        }
        tokens.skip(1);
        rest_of_unknown(tokens)
    }

    /// A capitalised name with nothing of a layer behind it, unless it looks like a misspelt word and states no volume.
    fn may_be_network(&self, tokens: &Tokens, text: &str) -> bool {
        let layer = tokens.sign_at(1, '-')
            || tokens.sign_at(1, '/')
            || matches!(tokens.peek_at(1), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
        let mut ahead = 1;
        for sign in ['*', '@'] {
            if tokens.sign_at(ahead, sign) {
                ahead += 2;
            }
        }
        let stated = tokens.arrow_at(ahead) && Self::at_volume(tokens, ahead + 2);
        let capital = text.starts_with(char::is_uppercase);
        let known = syntax::suggestion(text, &self.blocks).is_some() || elsewhere::absent(text).is_some();
        capital && !layer && (stated || !known)
    }

    fn frozen(&mut self, tokens: &mut Tokens) -> Item {
        let span = tokens.span();
        tokens.skip(1);
        if tokens.at_end() || tokens.punct_at(0).is_some() && !tokens.path_sep_at(0) {
            self.errors.at_span(span, syntax::frozen_needs_item());
            return Item::Unknown;
        }
        match self.item(tokens) {
            Item::Unknown => Item::Unknown,
            Item::Skip | Item::Volume(_) | Item::Heads(_) => {
                self.errors.at_span(span, syntax::frozen_needs_item());
                Item::Unknown
            }
            item => Item::Frozen(Box::new(item)),
        }
    }

    fn shared(&mut self, tokens: &mut Tokens, keyword: &Ident) -> Item {
        match tokens.ident().cloned() {
            Some(name) if self.is_block(&name) => self.call(tokens, true),
            Some(name) => {
                self.errors.at(&name, syntax::shared_needs_block(Some(&name), &self.blocks));
                tokens.skip(1);
                rest_of_unknown(tokens)
            }
            None => {
                self.errors.at(keyword, syntax::shared_needs_block(None, &self.blocks));
                Item::Unknown
            }
        }
    }

    /// `name(64, k)`
    fn call(&mut self, tokens: &mut Tokens, shared: bool) -> Item {
        let begin = tokens.position() - usize::from(shared);
        let Some(name) = tokens.ident().cloned() else { return Item::Unknown };
        tokens.skip(1);
        let Some(group) = tokens.group(Delimiter::Parenthesis).cloned() else {
            self.errors.at(&name, syntax::call_needs_brackets(&name));
            return arguments_without_brackets(tokens);
        };
        tokens.skip(1);
        let before = self.errors.len();
        let mut arguments = Vec::new();
        let inside = &mut Tokens::inside(&group);
        self.superfluous_commas(inside);
        while !inside.at_end() {
            if inside.ident().is_some() && inside.sign_at(1, '=') {
                let from = inside.position();
                inside.skip(2);
                self.errors.at(&inside.since(from), syntax::named_argument(&name));
            }
            if !inside.punct_at(0).is_some_and(is_arithmetic) {
                arguments.extend(self.number(inside, "the argument"));
            }
            self.comma(inside);
        }
        if self.errors.len() > before {
            return Item::Unknown;
        }
        Item::Call(Call { name, arguments, shared, tokens: tokens.since(begin) })
    }

    /// Between two things of a list. What is neither a comma nor the end is reported and skipped.
    pub(super) fn comma(&mut self, tokens: &mut Tokens) {
        if !tokens.at_end() && !tokens.sign(',') {
            let arithmetic = tokens.punct_at(0).is_some_and(is_arithmetic);
            let sentence = if arithmetic { syntax::arithmetic() } else { syntax::missing_comma(tokens.peek()) };
            self.errors.at_span(tokens.span(), sentence);
            while !tokens.at_end() && !tokens.sign(',') {
                tokens.skip(1);
            }
        }
        tokens.skip(1);
        self.superfluous_commas(tokens);
    }

    pub(super) fn superfluous_commas(&mut self, tokens: &mut Tokens) {
        while tokens.sign(',') {
            self.errors.at_span(tokens.span(), syntax::superfluous(','));
            tokens.skip(1);
        }
    }

    /// `Backbone`, `crate::nets::Backbone`
    fn network(&mut self, tokens: &mut Tokens) -> Item {
        let begin = tokens.position();
        if tokens.path_sep_at(0) {
            tokens.skip(2);
        }
        while tokens.ident().is_some() && tokens.path_sep_at(1) {
            tokens.skip(3);
        }
        if tokens.ident().is_some() {
            tokens.skip(1);
        }
        let path = tokens.since(begin);
        if let Some(group) = tokens.group(Delimiter::Parenthesis).cloned() {
            tokens.skip(1);
            let last = path.clone().into_iter().last().map(|last| last.to_string()).unwrap_or_default();
            match elsewhere::word(&last) {
                Some(word) => {
                    let written = elsewhere::call(&last, word, &foreign::arguments(&group));
                    self.errors.at(&tokens.since(begin), syntax::unknown_word(&super::text(&path), &written));
                }
                None => self.errors.at(&group, syntax::network_takes_nothing(&super::text(&path))),
            }
            return Item::Unknown;
        }
        if let Ok(path) = Path::parse_mod_style.parse2(path.clone()) {
            return Item::Network(path);
        }
        self.errors.at(&path, syntax::no_path());
        Item::Unknown
    }
}

/// How many tokens the next word has: more than one for `max-pool`, `soft max` and `global average pooling`, which are words
/// when joined.
pub(super) fn written_apart(tokens: &Tokens, first: &str) -> usize {
    let (mut joined, mut end, mut length) = (first.to_owned(), 1, 1);
    for _ in 0..2 {
        let next = end + usize::from(tokens.sign_at(end, '-'));
        let Some(ident) = tokens.ident_at(next) else { break };
        joined += &ident.to_string();
        end = next + 1;
        if elsewhere::word(split(&joined).0).is_some() {
            length = end;
        }
    }
    length
}

pub(super) fn is_arithmetic(sign: &Punct) -> bool {
    "*/+-%".contains(sign.as_char())
}

/// Skips `-8`, `8`, `[8]`, `{8}` and `<8>` behind a block's name.
fn arguments_without_brackets(tokens: &mut Tokens) -> Item {
    tokens.skip(usize::from(tokens.sign('-') && tokens.literal_at(1).is_some()));
    if tokens.sign('<') {
        while !tokens.at_end() && !tokens.sign('>') && !tokens.arrow() {
            tokens.skip(1);
        }
        tokens.skip(usize::from(tokens.sign('>')));
    } else if tokens.literal().is_some() || matches!(tokens.peek(), Some(TokenTree::Group(_))) {
        tokens.skip(1);
    }
    Item::Unknown
}
