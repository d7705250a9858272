//! `*2` behind an item, and what is written in its place: `x2`, `**2`, `^2`, `2`, `(2)`.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::number::{digits, is_times};
use super::{Parser, Reported, Tokens};
use crate::ast::{Item, Number};
use crate::diag::syntax;
use crate::vocabulary::Reading;

impl Parser<'_> {
    /// `*2`, if it is there.
    pub(super) fn repeat(&mut self, tokens: &mut Tokens, item: &Item) -> Result<Option<Number>, Reported> {
        if let Some(length) = self.mistaken(tokens, item) {
            return self.mistaken_repeat(tokens, length).map(Some);
        }
        if !tokens.sign('*') {
            return Ok(None);
        }
        tokens.skip(1);
        if self.item_follows(tokens) {
            self.errors.at_span(tokens.span(), syntax::repeat_before_item());
            self.item(tokens);
            return Err(Reported);
        }
        if tokens.sign('-') && tokens.literal_at(1).is_some() {
            self.errors.at_span(tokens.span(), syntax::negative_repeat());
            tokens.skip(2);
            return Err(Reported);
        }
        self.number(tokens, "the repeat").map(Some).ok_or(Reported)
    }

    /// How many tokens stand before the number, or hold it, where `*` alone should.
    fn mistaken(&self, tokens: &Tokens, item: &Item) -> Option<usize> {
        let times = |ahead| {
            let ident = tokens.ident_at(ahead).filter(|ident| !self.is_block(ident) && !self.is_parameter(ident));
            ident.is_some_and(|ident| is_times(&ident.to_string()))
        };
        let brackets = matches!(item, Item::Group(_) | Item::Sum(_) | Item::Concat(_) | Item::Call(_));
        let numbered = |ahead| tokens.literal_at(ahead).is_some_and(|number| digits(&number.to_string()));
        match tokens.punct_at(0).map(proc_macro2::Punct::as_char) {
            Some('*') if tokens.sign_at(1, '*') => Some(2),
            Some('*') if times(1) => Some(2),
            Some('*') if number_in_brackets(tokens.peek_at(1)) => Some(1),
            Some('^') if tokens.literal_at(1).is_some() => Some(1),
            None if times(0) => Some(1),
            None if numbered(0) && (brackets || matches!(item, Item::Layer(_))) => Some(0),
            None if brackets && number_in_brackets(tokens.peek()) => Some(0),
            _ => None,
        }
    }

    /// Reports it, and reads the number all the same.
    fn mistaken_repeat(&mut self, tokens: &mut Tokens, length: usize) -> Result<Number, Reported> {
        let begin = tokens.position();
        tokens.skip(length);
        let mut inside = match tokens.peek() {
            Some(TokenTree::Group(group)) => Some(Tokens::inside(group)),
            _ => None,
        };
        // The number of `x2`.
        let held = number_in_word(tokens.since(begin));
        let before = self.errors.len();
        let number = match (&mut inside, held) {
            (Some(inside), _) => {
                tokens.skip(1);
                self.number(inside, "the repeat")
            }
            (None, Some(count)) => Some(Number::Literal(count, tokens.last_span())),
            (None, None) => self.number(tokens, "the repeat"),
        };
        if self.errors.len() == before {
            self.errors.at(&tokens.since(begin), syntax::times_sign(number.as_ref()));
        }
        number.ok_or(Reported)
    }

    /// After `*`: brackets, a layer or a block, which should have stood before it.
    fn item_follows(&self, tokens: &Tokens) -> bool {
        match tokens.peek() {
            Some(TokenTree::Group(_)) => true,
            Some(TokenTree::Ident(ident)) => {
                !self.is_parameter(ident) && (self.is_block(ident) || Reading::of(&ident.to_string()).is_layer())
            }
            _ => false,
        }
    }
}

/// `(2)`
fn number_in_brackets(tree: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = tree else { return false };
    let inside = Tokens::inside(group);
    group.delimiter() == Delimiter::Parenthesis && inside.count() == 1 && inside.literal().is_some()
}

/// 2 of `x2`.
fn number_in_word(read: TokenStream) -> Option<u64> {
    let Some(TokenTree::Ident(ident)) = read.into_iter().last() else { return None };
    ident.to_string().get(1..)?.parse().ok()
}
