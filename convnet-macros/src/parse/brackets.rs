//! What stands in brackets: groups `[a -> b]`, branches `(a + b)` and `(a | b)`, heads `{ name: a }`.

use proc_macro2::{Group, TokenStream, TokenTree};

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
            let colon = tokens.ident().is_some() && tokens.sign_at(1, ':');
            let no_colon = plain && tokens.peek_at(1).is_some() && tokens.punct_at(1).is_none();
            if !colon && !no_colon {
                self.errors.at_span(tokens.span(), syntax::head_needs_name(!heads.is_empty()));
                self.chain(tokens, Place::Head);
                tokens.skip(usize::from(tokens.sign(',')));
                continue;
            }
            let name = self.identifier(tokens, "name of the head");
            if no_colon {
                self.errors.at_span(tokens.last_span(), syntax::head_needs_colon());
            }
            tokens.skip(usize::from(colon));
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
