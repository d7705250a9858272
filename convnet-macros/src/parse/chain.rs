//! Chains and their steps: `item*2 @ name -> item`. After an error the parser goes on at the next arrow, so that one
//! build shows every error.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};
use quote::ToTokens as _;

use super::{Parser, Tokens, text};
use crate::ast::{Chain, Item, Step};
use crate::diag::elsewhere::Detail;
use crate::diag::syntax;
use crate::vocabulary::Reading;

/// Where a chain stands, which says what may end it and what it may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Main,
    Block,
    Group,
    Branch,
    Head,
}

impl Place {
    fn ends(self, tokens: &Tokens) -> bool {
        tokens.at_end()
            || match self {
                Self::Main | Self::Group => false,
                Self::Block => tokens.sign(';'),
                Self::Branch => tokens.sign('+') || tokens.sign('|'),
                Self::Head => tokens.sign(','),
            }
    }
}

impl Parser<'_> {
    /// Reads to the chain's end. There is always a step: an unknown one, reported, where nothing is written.
    pub(super) fn chain(&mut self, tokens: &mut Tokens, place: Place) -> Chain {
        let begin = tokens.position();
        while tokens.arrow() {
            tokens.skip(2);
        }
        if tokens.position() > begin {
            self.errors.at(&tokens.since(begin), syntax::superfluous_arrow());
        }
        let mut steps = Vec::new();
        if place.ends(tokens) {
            self.errors.at_span(tokens.span(), syntax::empty_chain(place == Place::Branch));
            steps.push(unknown());
            return Chain { steps };
        }
        loop {
            steps.push(self.step(tokens));
            if !self.connector(tokens, place, &mut steps) {
                break;
            }
        }
        self.check_places(&mut steps, place);
        Chain { steps }
    }

    /// Reads what stands between two steps. True if another one follows.
    pub(super) fn connector(&mut self, tokens: &mut Tokens, place: Place, steps: &mut Vec<Step>) -> bool {
        loop {
            self.no_attributes(tokens);
            let begin = tokens.position();
            if tokens.arrow() {
                tokens.skip(2);
                let extra = tokens.position();
                while tokens.arrow() {
                    tokens.skip(2);
                }
                if place.ends(tokens) {
                    self.errors.at(&tokens.since(begin), syntax::trailing_arrow());
                    return false;
                }
                if tokens.position() > extra {
                    self.errors.at(&tokens.since(extra), syntax::superfluous_arrow());
                }
                return true;
            }
            if place.ends(tokens) {
                return false;
            }
            let next = |word| tokens.ident_at(1).is_some_and(|ident| ident.to_string().eq_ignore_ascii_case(word));
            if place == Place::Block && tokens.sign(',') && (next("input") || next("block")) {
                self.errors.at_span(tokens.span(), syntax::block_ends());
                tokens.skip(1);
                return false;
            }
            if let Some(length) = wrong_arrow(tokens) {
                tokens.skip(length);
                let wrong = tokens.since(begin);
                while tokens.arrow() {
                    tokens.skip(2);
                }
                let last = place.ends(tokens) || at_definition(tokens);
                self.errors.at(&wrong, syntax::wrong_arrow(text(&wrong).trim(), last));
                return !last;
            }
            if place == Place::Main && at_definition(tokens) {
                return false;
            }
            if place == Place::Block && (at_definition(tokens) || tokens.keyword("input")) {
                self.errors.at_span(tokens.span(), syntax::missing_semicolon());
                return false;
            }
            if place == Place::Head && tokens.ident().is_some() && tokens.sign_at(1, ':') && !tokens.path_sep_at(1) {
                self.errors.at_span(tokens.span(), syntax::missing_comma(tokens.peek()));
                return false;
            }
            if let Some(length) = named_number(tokens) {
                tokens.skip(length);
                while let Some(length) = named_number(tokens) {
                    tokens.skip(length);
                }
                if !steps.last().is_some_and(|step| matches!(step.item, Item::Unknown)) {
                    self.errors.at(&tokens.since(begin), syntax::options_behind());
                    steps.push(unknown());
                }
                continue;
            }
            if tokens.keyword("as") && tokens.ident_at(1).is_some() {
                tokens.skip(2);
                self.errors.at(&tokens.since(begin), syntax::name_behind_as(tokens.since(begin + 1)));
                continue;
            }
            if starts_item(tokens) {
                self.errors.at_span(tokens.span(), syntax::missing_arrow(tokens.peek()));
                return true;
            }
            self.stray(tokens, steps);
        }
    }

    /// Reports a sign that connects nothing, and skips what it spoils.
    fn stray(&mut self, tokens: &mut Tokens, steps: &mut Vec<Step>) {
        let span = tokens.span();
        let sign = tokens.punct_at(0).map_or(' ', proc_macro2::Punct::as_char);
        tokens.skip(1);
        // Of `(conv3-64) + skip` the brackets have been reported.
        let again = |step: &Step| matches!(step.item, Item::Unknown) && step.tokens.is_empty();
        let told = matches!(sign, '+' | '|') && steps.last().is_some_and(|step| in_round_brackets(step) || again(step));
        if !told {
            self.errors.at_span(span, syntax::stray_sign(sign));
        }
        match sign {
            '?' => {}
            '*' | '@' => tokens.skip(1),
            _ => {
                tokens.skip_to(&[',', ';', '+', '|']);
                steps.push(unknown());
            }
        }
    }

    /// `item*2 @ name`
    fn step(&mut self, tokens: &mut Tokens) -> Step {
        self.no_attributes(tokens);
        let begin = tokens.position();
        let mut item = self.item(tokens);
        let mut repeat = self.repeat(tokens, &item);
        let name = if tokens.sign('@') {
            tokens.skip(1);
            self.identifier(tokens, "name behind `@`")
        } else {
            None
        };
        if name.is_some() && matches!(repeat, Ok(None)) && tokens.sign('*') {
            self.errors.at_span(tokens.span(), syntax::repeat_after_name());
            repeat = self.repeat(tokens, &item);
        }
        if repeat.is_err() {
            item = Item::Unknown;
        }
        Step { item, repeat: repeat.ok().flatten(), name, tokens: tokens.since(begin) }
    }

    /// Reports and skips doc comments and attributes, which only a network has.
    pub(super) fn no_attributes(&mut self, tokens: &mut Tokens) {
        while tokens.sign('#') && matches!(tokens.peek_at(1), Some(TokenTree::Group(_))) {
            let begin = tokens.position();
            tokens.skip(2);
            self.errors.at(&tokens.since(begin), syntax::attribute_inside());
        }
    }

    /// A name that the user gives.
    pub(super) fn identifier(&mut self, tokens: &mut Tokens, what: &str) -> Option<Ident> {
        let Some(ident) = tokens.ident().cloned() else {
            if let Some(literal) = tokens.literal().cloned() {
                self.errors.at(&literal, syntax::no_name(&literal, what));
                tokens.skip(1);
            } else {
                self.errors.at_span(tokens.last_span(), syntax::missing(&format!("the {what}")));
            }
            return None;
        };
        tokens.skip(1);
        let raw = ident.to_string().starts_with("r#");
        if raw || syn::parse2::<Ident>(ident.to_token_stream()).is_err() {
            self.errors.at(&ident, syntax::rust_keyword(&ident, what));
            return None;
        }
        Some(ident)
    }

    /// `skip` is a whole branch, heads are the last step, and neither has a repeat or a name; nor has a volume.
    fn check_places(&mut self, steps: &mut Vec<Step>, place: Place) {
        let count = steps.len();
        for (index, step) in steps.iter_mut().enumerate() {
            let bare = step.repeat.is_none() && step.name.is_none();
            let error = match step.item {
                Item::Skip if place != Place::Branch || count > 1 => syntax::skip_in_chain(),
                Item::Skip if !bare => syntax::bare("`skip`"),
                Item::Volume(_) if !bare => syntax::bare("a stated volume"),
                Item::Heads(_) if index + 1 < count || !matches!(place, Place::Main | Place::Head) => {
                    syntax::heads_not_last()
                }
                Item::Heads(_) if !bare => syntax::bare("the heads"),
                _ => continue,
            };
            self.errors.at(&step.tokens, error);
            step.repeat = None;
            step.name = None;
            if matches!(step.item, Item::Heads(_)) {
                step.item = Item::Unknown;
            }
        }
        if count > 1 {
            steps.retain(|step| !matches!(step.item, Item::Skip));
        }
        if let [Step { item: item @ Item::Skip, .. }] = &mut steps[..]
            && place != Place::Branch
        {
            *item = Item::Unknown;
        }
        if steps.is_empty() {
            steps.push(unknown());
        }
    }
}

pub(super) fn unknown() -> Step {
    Step { item: Item::Unknown, repeat: None, name: None, tokens: TokenStream::new() }
}

/// `(chain)`, which should have been branches.
fn in_round_brackets(step: &Step) -> bool {
    let first = step.tokens.clone().into_iter().next();
    let round = |tree| matches!(tree, TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis);
    matches!(step.item, Item::Group(_) | Item::Unknown) && first.is_some_and(round)
}

/// How many tokens stand where an arrow should.
fn wrong_arrow(tokens: &Tokens) -> Option<usize> {
    let two = |first, second| tokens.sign(first) && tokens.sign_at(1, second);
    if tokens.sign('-') && tokens.arrow_at(1) {
        Some(3)
    } else if two('=', '>') || two('~', '>') || two('-', '>') || two('>', '>') {
        Some(2)
    } else {
        let layer = || tokens.ident_at(1).is_some_and(|ident| Reading::of(&ident.to_string()).is_layer());
        (['>', '-', ',', ';'].into_iter().any(|sign| tokens.sign(sign)) || tokens.sign('/') && layer()).then_some(1)
    }
}

/// `block name` comes next.
fn at_definition(tokens: &Tokens) -> bool {
    tokens.keyword("block") && tokens.ident_at(1).is_some()
}

/// `stride 2`, `stride=2`, `filters=64,`: how many tokens such a number has.
fn named_number(tokens: &Tokens) -> Option<usize> {
    let name = tokens.ident()?.to_string();
    let sign = usize::from(tokens.sign_at(1, '=') && !tokens.sign_at(2, '>'));
    let known = Detail::of(&name).is_some() && tokens.literal_at(1).is_some();
    let value = tokens.peek_at(1 + sign).is_some();
    (known || sign > 0 && value).then(|| 2 + sign + usize::from(tokens.sign_at(2 + sign, ',')))
}

fn starts_item(tokens: &Tokens) -> bool {
    matches!(tokens.peek(), Some(TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Group(_)))
        || tokens.path_sep_at(0)
}
