//! What stands in brackets: groups `[a -> b]`, branches `(a + b)` and `(a | b)`, heads `{ name: a }`.

use proc_macro2::{Group, Span, TokenStream, TokenTree};

use super::chain::Place;
use super::item::is_keyword;
use super::{Parser, Tokens};
use crate::ast::{Branches, Head, Item};
use crate::diag::syntax;
use crate::vocabulary::Reading;

impl Parser<'_> {
    /// `[chain]`
    pub(super) fn group(&mut self, group: &Group) -> Item {
        if group.stream().is_empty() {
            self.errors.at(group, syntax::empty_brackets());
            return Item::Unknown;
        }
        Item::Group(self.chain(&mut Tokens::inside(group), Place::Group))
    }

    /// `(a + b)`, `(a | b)`
    pub(super) fn branches(&mut self, group: &Group) -> Item {
        if group.stream().is_empty() {
            self.errors.at(group, syntax::empty_brackets());
            return Item::Unknown;
        }
        let tokens = &mut Tokens::inside(group);
        if tokens.ident().is_some() && tokens.sign_at(1, ':') && !tokens.path_sep_at(1) {
            self.errors.at(group, syntax::heads_in_round_brackets());
            return Item::Unknown;
        }
        if let Some(span) = self.wrong_joint(group) {
            self.errors.at_span(span, syntax::joined_branches());
            return Item::Unknown;
        }
        let mut chains = vec![self.chain(tokens, Place::Branch)];
        let sum = tokens.sign('+');
        let mut mixed = false;
        while !tokens.at_end() {
            if !mixed && tokens.sign('+') != sum {
                mixed = true;
                self.errors.at_span(tokens.span(), syntax::mixed_signs());
            }
            tokens.skip(1);
            chains.push(self.chain(tokens, Place::Branch));
        }
        if mixed {
            return Item::Unknown;
        }
        if let [_] = chains[..] {
            self.errors.at(group, syntax::one_branch());
            return chains.pop().map_or(Item::Unknown, Item::Group);
        }
        let tokens = TokenStream::from(TokenTree::Group(group.clone()));
        let branches = Branches { chains, tokens };
        if sum { Item::Sum(branches) } else { Item::Concat(branches) }
    }

    /// What stands between two branches where `+` or `|` should: `(conv3-64 - skip)`.
    fn wrong_joint(&self, group: &Group) -> Option<Span> {
        let mut tokens = Tokens::inside(group);
        let mut found = None;
        let mut behind_sign = true;
        while !tokens.at_end() {
            if tokens.sign('+') || tokens.sign('|') {
                return None;
            }
            let layer = |ahead| match tokens.peek_at(ahead) {
                Some(TokenTree::Ident(ident)) if !self.is_parameter(ident) => {
                    let word = ident.to_string();
                    self.is_block(ident) || Reading::of(&word).is_layer() || word.eq_ignore_ascii_case("skip")
                }
                tree => matches!(tree, Some(TokenTree::Group(_))),
            };
            let joint = ['-', ',', ';', '&', '*', '/'].into_iter().any(|sign| tokens.sign(sign)) && layer(1);
            if found.is_none() && (joint || tokens.keyword("skip") && !behind_sign) {
                found = Some(tokens.span());
            }
            behind_sign = tokens.punct_at(0).is_some();
            tokens.skip(if tokens.arrow() { 2 } else { 1 });
        }
        found
    }

    /// `{name: chain, ..}`
    pub(super) fn heads(&mut self, group: &Group) -> Item {
        if group.stream().is_empty() {
            self.errors.at(group, syntax::empty_heads());
            return Item::Unknown;
        }
        let mut heads: Vec<Head> = Vec::new();
        let tokens = &mut Tokens::inside(group);
        while !tokens.at_end() {
            self.superfluous_commas(tokens);
            if tokens.at_end() {
                break;
            }
            let plain = tokens.ident().is_some_and(|ident| {
                !self.is_block(ident) && !Reading::of(&ident.to_string()).is_layer() && !is_keyword(&ident.to_string())
            });
            let colon = usize::from(tokens.ident().is_some() && tokens.sign_at(1, ':'));
            let instead = if plain { self.instead_of_colon(tokens) } else { None };
            let no_colon = colon == 0 && instead.is_some();
            if colon == 0 && plain && (tokens.peek_at(1).is_none() || tokens.sign_at(1, ',')) {
                self.errors.at_span(tokens.span(), syntax::head_needs_chain(tokens.peek()));
                tokens.skip(2);
                continue;
            }
            if colon == 0 && !no_colon {
                self.errors.at_span(tokens.span(), syntax::head_needs_name(!heads.is_empty()));
                self.chain(tokens, Place::Head);
                tokens.skip(usize::from(tokens.sign(',')));
                continue;
            }
            let name = self.identifier(tokens, "name of the head");
            let from = tokens.position();
            match instead.filter(|_| no_colon) {
                None => tokens.skip(colon),
                Some(0) => self.errors.at_span(tokens.last_span(), syntax::head_needs_colon()),
                Some(length) => {
                    tokens.skip(length);
                    self.errors.at(&tokens.since(from), syntax::head_needs_colon());
                }
            }
            let chain = self.chain(tokens, Place::Head);
            tokens.skip(usize::from(tokens.sign(',')));
            let Some(name) = name else { continue };
            if heads.iter().any(|head| head.name == name) {
                self.errors.at(&name, syntax::head_twice(&name));
                continue;
            }
            heads.push(Head { name, chain });
        }
        if heads.is_empty() { Item::Unknown } else { Item::Heads(heads) }
    }
}

impl Parser<'_> {
    /// How many tokens stand behind a head's name in place of `:`: `=`, `=>`, `->` or nothing at all.
    fn instead_of_colon(&self, tokens: &Tokens) -> Option<usize> {
        let misspelt = || tokens.ident().and_then(|name| syntax::suggestion(&name.to_string(), &self.blocks)).is_some();
        match tokens.punct_at(1) {
            _ if tokens.arrow_at(1) => (!misspelt()).then_some(2),
            Some(_) if tokens.sign_at(1, '=') => Some(1 + usize::from(tokens.sign_at(2, '>'))),
            None => tokens.peek_at(1).map(|_| 0),
            Some(_) => None,
        }
    }
}
