//! The network's input and its chain: `input 224x224x3 -> ..`.

use super::chain::{Place, unknown};
use super::{Parser, Tokens};
use crate::ast::{Chain, VolumeNode};
use crate::diag::syntax;
use crate::vocabulary::Reading;

impl Parser<'_> {
    /// `input volume -> chain`
    pub(super) fn flow(&mut self, tokens: &mut Tokens) -> Option<(VolumeNode, Chain)> {
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
                    return None;
                }
            }
        }
        let volume = self.volume_of_input(tokens, begin);
        let before = self.errors.len();
        let mut steps = Vec::new();
        if self.connector(tokens, Place::Main, &mut steps) {
            let mut chain = self.chain(tokens, Place::Main);
            steps.append(&mut chain.steps);
        } else if self.errors.len() == before {
            self.errors.at(&tokens.since(begin), syntax::no_layers());
        }
        if steps.is_empty() {
            steps.push(unknown());
        }
        Some((volume?, Chain { steps }))
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
        if let Some(node) = self.bracketed_volume(tokens) {
            return Some(node);
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
        if sign && Self::at_volume(tokens, length) {
            let begin = tokens.position();
            tokens.skip(length);
            self.errors.at(&tokens.since(begin), syntax::sign_before_volume());
        }
    }
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
