//! Blocks, `block name(a, b) = chain;`, and what is written in their place: `fn name(a) { chain }`, `name = chain;`.

use proc_macro2::{Delimiter, Ident, TokenTree};

use super::chain::Place;
use super::foreign::calls;
use super::item::is_keyword;
use super::{Parser, Tokens, is_reserved};
use crate::ast::{Block, Chain};
use crate::diag::syntax;
use crate::vocabulary;

/// What begins a definition elsewhere.
const KEYWORDS: [&str; 9] = ["fn", "def", "let", "const", "macro", "function", "fun", "module", "class"];

/// The names of the blocks, wherever they are defined.
pub(super) fn names(body: &Tokens) -> impl Iterator<Item = String> {
    (0..body.count())
        .filter(|&at| body.ident_at(at).is_some_and(|ident| ident.to_string().eq_ignore_ascii_case("block")))
        .filter_map(|at| body.ident_at(at + 1).map(ToString::to_string))
}

/// The names of what is defined without `block`: their calls are no second mistake.
pub(super) fn foreign_names(body: &Tokens) -> impl Iterator<Item = String> {
    let begins = |at: usize| {
        at.checked_sub(1).and_then(|before| body.peek_at(before)).is_none_or(|before| match before {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            _ => false,
        })
    };
    (0..body.count())
        .filter(move |&at| begins(at))
        .filter_map(|at| body.ident_at(at + foreign(body, at)?).map(ToString::to_string))
}

/// How many tokens stand, so many tokens ahead, before the name of a definition that does not begin with `block`.
pub(super) fn foreign(tokens: &Tokens, ahead: usize) -> Option<usize> {
    let first = tokens.ident_at(ahead)?.to_string();
    let keyword = usize::from(KEYWORDS.contains(&first.as_str()) && tokens.ident_at(ahead + 1).is_some());
    if keyword == 0 && is_keyword(&first) {
        return None;
    }
    let mut at = ahead + keyword + 1;
    at += usize::from(calls(tokens, at));
    at += if keyword > 0 && tokens.sign_at(at, ':') { 2 } else { 0 };
    let braces = matches!(tokens.peek_at(at), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace);
    let equals =
        tokens.sign_at(at, '=') && !tokens.sign_at(at + 1, '>') && (keyword > 0 || tokens.literal_at(at + 1).is_none());
    (equals || keyword > 0 && braces).then_some(keyword)
}

impl Parser<'_> {
    /// None if it has no usable name.
    pub(super) fn block(&mut self, tokens: &mut Tokens) -> Option<Block> {
        let keyword = tokens.span();
        tokens.skip(1);
        let name = self.identifier(tokens, "name of the block");
        if tokens.at_end() {
            if name.is_some() {
                self.errors.at_span(keyword, syntax::block_form());
            }
            return None;
        }
        if let Some(name) = &name
            && is_reserved(&name.to_string())
        {
            self.errors.at(name, syntax::reserved_block(name));
        }
        self.parameters = self.parameters(tokens, name.as_ref());
        let before = self.errors.len();
        let (chain, braces) = self.definition(tokens, true);
        let parameters = std::mem::take(&mut self.parameters);
        if tokens.sign(';') {
            tokens.skip(1);
        } else if self.errors.len() == before && !braces {
            self.errors.at_span(tokens.span(), syntax::missing_semicolon());
        }
        let name = name.filter(|name| !is_reserved(&name.to_string()))?;
        Some(Block { name, parameters, chain })
    }

    /// Reports a definition that does not begin with `block`, and what is wrong in its chain. `length` tokens stand before
    /// its name.
    pub(super) fn foreign_block(&mut self, tokens: &mut Tokens, length: usize) {
        self.errors.at_span(tokens.span(), syntax::block_form());
        tokens.skip(length + 1);
        if let Some(group) = tokens.group(Delimiter::Parenthesis).cloned() {
            tokens.skip(1);
            self.parameters = identifiers(&mut Tokens::inside(&group));
        }
        tokens.skip(if tokens.sign(':') { 2 } else { 0 });
        self.definition(tokens, false);
        self.parameters.clear();
        tokens.skip(usize::from(tokens.sign(';')));
    }

    /// `= chain`, or a chain in braces. True if it was in braces, which are an error for blocks.
    fn definition(&mut self, tokens: &mut Tokens, block: bool) -> (Chain, bool) {
        let equals = tokens.sign('=') && !tokens.sign_at(1, '>');
        tokens.skip(usize::from(equals));
        if let Some(group) = tokens.group(Delimiter::Brace).cloned() {
            if block {
                self.errors.at_span(tokens.span(), syntax::block_without_braces());
            }
            tokens.skip(1);
            return (self.chain(&mut Tokens::inside(&group), Place::Block), true);
        }
        if !equals {
            self.errors.at_span(tokens.span(), syntax::block_needs_equals());
            let two = tokens.arrow() || tokens.sign('=') || tokens.sign(':') && tokens.sign_at(1, '=');
            tokens.skip(if two { 2 } else { usize::from(tokens.sign(':')) });
        }
        (self.chain(tokens, Place::Block), false)
    }

    /// `(a, b)`. Other brackets are reported and read.
    fn parameters(&mut self, tokens: &mut Tokens, name: Option<&Ident>) -> Vec<Ident> {
        if let Some(group) = tokens.group(Delimiter::Parenthesis).cloned() {
            tokens.skip(1);
            return self.parameter_names(&mut Tokens::inside(&group));
        }
        self.errors.at_span(tokens.span(), syntax::block_needs_brackets(name));
        if let Some(group) = tokens.group(Delimiter::Bracket).cloned() {
            tokens.skip(1);
            return identifiers(&mut Tokens::inside(&group));
        }
        let mut names = Vec::new();
        if tokens.sign('<') {
            while !tokens.at_end() && !tokens.sign('>') && !tokens.sign('=') {
                names.extend(tokens.ident().cloned());
                tokens.skip(1);
            }
            tokens.skip(usize::from(tokens.sign('>')));
        }
        names
    }

    fn parameter_names(&mut self, tokens: &mut Tokens) -> Vec<Ident> {
        let mut names: Vec<Ident> = Vec::new();
        self.superfluous_commas(tokens);
        while !tokens.at_end() {
            if let Some(name) = self.identifier(tokens, "parameter") {
                if names.contains(&name) {
                    self.errors.at(&name, syntax::parameter_twice(&name));
                }
                if vocabulary::is_flag(&name.to_string()) {
                    self.errors.at(&name, syntax::parameter_is_flag(&name));
                }
                names.push(name);
                self.no_type(tokens);
            }
            self.comma(tokens);
        }
        names
    }

    /// `c: usize` and `c = 8`
    fn no_type(&mut self, tokens: &mut Tokens) {
        if !(tokens.sign(':') || tokens.sign('=')) {
            return;
        }
        let begin = tokens.position();
        while !tokens.at_end() && !tokens.sign(',') {
            tokens.skip(1);
        }
        self.errors.at(&tokens.since(begin), syntax::parameter_is_a_name());
    }
}

/// All identifiers that begin something between commas.
fn identifiers(tokens: &mut Tokens) -> Vec<Ident> {
    let mut names = Vec::new();
    while !tokens.at_end() {
        names.extend(tokens.ident().cloned());
        while !tokens.at_end() && !tokens.sign(',') {
            tokens.skip(1);
        }
        tokens.skip(1);
    }
    names
}
