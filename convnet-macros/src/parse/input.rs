//! The network's input and its chain: `input 224x224x3 -> ..`.

use proc_macro2::{TokenStream, TokenTree};

use super::chain::{Place, unknown};
use super::number::volume_in_brackets;
use super::{Parser, Tokens};
use crate::ast::{Chain, VolumeNode};
use crate::diag::syntax;
use crate::shape::Volume;
use crate::vocabulary::Reading;

impl Parser<'_> {
    /// `input volume -> chain`
    pub(super) fn flow(&mut self, tokens: &mut Tokens) -> (VolumeNode, Chain) {
        let begin = tokens.position();
        if tokens.keyword("input") {
            tokens.skip(1);
            self.sign_before_volume(tokens);
        } else {
            self.errors.at_span(tokens.span(), syntax::begins_with_input());
            match other_name(tokens) {
                Some(length) => tokens.skip(length),
                None if attached(tokens) || Self::at_volume(tokens, 0) => {}
                None => {
                    self.chain(tokens, Place::Main);
                    return no_flow();
                }
            }
        }
        let volume = self.volume_of_input(tokens, begin);
        let before = self.errors.len();
        let mut steps = Vec::new();
        // Of an input that cannot be read, what it gives is unknown.
        let volume = volume.unwrap_or_else(|| {
            steps.push(unknown());
            nothing()
        });
        if self.connector(tokens, Place::Main, &mut steps) {
            let mut chain = self.chain(tokens, Place::Main);
            steps.append(&mut chain.steps);
        } else if self.errors.len() == before && steps.is_empty() {
            self.errors.at(&tokens.since(begin), syntax::no_layers());
        }
        if steps.is_empty() {
            steps.push(unknown());
        }
        (volume, Chain { steps })
    }

    /// None, after an error, if there is no volume of any size.
    fn volume_of_input(&mut self, tokens: &mut Tokens, begin: usize) -> Option<VolumeNode> {
        if attached(tokens) {
            tokens.skip(1);
            return None;
        }
        if Self::at_volume(tokens, 0) {
            return self.input_volume(tokens);
        }
        let named = if tokens.ident().is_some() && tokens.sign_at(1, '=') { 2 } else { 0 };
        if matches!(tokens.peek_at(named), Some(TokenTree::Group(group)) if volume_in_brackets(group).is_some()) {
            tokens.skip(named);
            return self.bracketed_volume(tokens);
        }
        if ["h", "w", "c"].into_iter().any(|side| tokens.keyword(side)) && tokens.sign_at(1, '=') {
            let from = tokens.position();
            tokens.skip_to(&[';']);
            self.errors.at(&tokens.since(from), syntax::named_volume());
            return None;
        }
        self.errors.at(&tokens.since(begin), syntax::input_needs_volume());
        tokens.skip_to(&[',', ';']);
        None
    }

    /// `input = 28x28x1`, `input: 28x28x1`, `input -> 28x28x1`
    fn sign_before_volume(&mut self, tokens: &mut Tokens) {
        let length = if tokens.arrow() { 2 } else { 1 };
        let sign = length == 2 || ['=', ':', '-'].into_iter().any(|sign| tokens.sign(sign));
        let bracketed =
            matches!(tokens.peek_at(length), Some(TokenTree::Group(group)) if volume_in_brackets(group).is_some());
        if sign && bracketed {
            // The brackets are said; one of the two mistakes is enough.
            tokens.skip(length);
        } else if sign && Self::at_volume(tokens, length) {
            let begin = tokens.position();
            tokens.skip(length);
            self.errors.at(&tokens.since(begin), syntax::sign_before_volume());
        }
    }
}

/// The chain of a network whose input is missing.
pub(super) fn no_flow() -> (VolumeNode, Chain) {
    (nothing(), Chain { steps: vec![unknown()] })
}

/// Stands for a volume that cannot be read.
fn nothing() -> VolumeNode {
    VolumeNode { volume: Volume::Features(1), tokens: TokenStream::new() }
}

/// How many tokens stand before the volume in place of `input`: `image 28x28x1`, `x: 28x28x1`.
fn other_name(tokens: &Tokens) -> Option<usize> {
    let layer = Reading::of(&tokens.ident()?.to_string()).is_layer();
    let length = 1 + usize::from(tokens.sign_at(1, '=') || tokens.sign_at(1, ':'));
    (!layer && tokens.literal_at(length).is_some()).then_some(length)
}

/// `input28x28x1`
fn attached(tokens: &Tokens) -> bool {
    tokens.ident().is_some_and(|ident| {
        let text = ident.to_string().to_ascii_lowercase();
        text.strip_prefix("input").is_some_and(|volume| volume.starts_with(|c: char| c.is_ascii_digit()))
    })
}
