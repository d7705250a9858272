//! Words that nothing here is: other frameworks' calls, `nn.Conv2d(3, 64, 3)`, and misspelt ones. They are reported with
//! what was probably meant.

use proc_macro2::{Delimiter, Group, Ident, TokenTree};

use super::{Parser, Tokens, text};
use crate::ast::Item;
use crate::diag::elsewhere::{self, Arguments};
use crate::diag::syntax;
use crate::vocabulary::{Need, Reading};

impl Parser<'_> {
    /// How many tokens `nn.Conv2d` has: a module, which is no layer, and what is in it.
    pub(super) fn module(tokens: &Tokens, first: &str) -> Option<usize> {
        let mut length = 1;
        while tokens.sign_at(length, '.') && tokens.ident_at(length + 1).is_some() {
            length += 2;
        }
        (length > 1 && !Reading::of(first).is_layer()).then_some(length)
    }

    /// Reports a word of so many tokens, and skips what would belong to it.
    pub(super) fn foreign(&mut self, tokens: &mut Tokens, length: usize) -> Item {
        let begin = tokens.position();
        tokens.skip(length);
        let written = text(&tokens.since(begin));
        let last = written.rsplit('.').next().unwrap_or_default();
        let fraction = tokens.literal_at(1).filter(|_| tokens.sign('.')).map(|fraction| format!(".{fraction}"));
        let valued = format!("{last}{}", fraction.as_deref().unwrap_or_default());
        if let Some((word, number)) = elsewhere::valued(&valued) {
            tokens.skip(if fraction.is_some() { 2 } else { 0 });
            self.errors.at(&tokens.since(begin), syntax::value_outside(word, number));
            return rest_of_unknown(tokens);
        }
        let word = elsewhere::word(last);
        if let (Some(word), Some(group)) = (word, tokens.group(Delimiter::Parenthesis).cloned()) {
            let arguments = arguments(&group);
            let meant = elsewhere::call(last, word, &arguments);
            tokens.skip(1);
            if let Some(instead) = elsewhere::windows(last).as_deref().or(elsewhere::unsayable(word, &arguments)) {
                self.errors.at(&tokens.since(begin), syntax::unknown_instead(&written, instead));
                return Item::Unknown;
            }
            self.errors.at(&tokens.since(begin), syntax::unknown_word(&written, &meant));
            return Item::Unknown;
        }
        let sentence = match word {
            Some(word) if word.takes().count != Need::No && !tokens.sign('-') => {
                syntax::unknown_word(&written, word.example())
            }
            _ => syntax::unknown_item(&written, last, &self.blocks, &self.parameters),
        };
        self.errors.at(&tokens.since(begin), sentence);
        rest_of_unknown(tokens)
    }
}

/// Round brackets come so many tokens ahead.
pub(super) fn calls(tokens: &Tokens, ahead: usize) -> bool {
    matches!(tokens.peek_at(ahead), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

/// What stands in the brackets of a call, whatever it is.
pub(super) fn arguments(group: &Group) -> Arguments {
    let tokens = &mut Tokens::inside(group);
    let mut arguments = Arguments::default();
    while !tokens.at_end() {
        let name = tokens.ident().filter(|_| tokens.sign_at(1, '=')).map(Ident::to_string);
        tokens.skip(if name.is_some() { 2 } else { 0 });
        let pair = match tokens.peek() {
            Some(TokenTree::Group(group)) => bracketed_pair(group),
            _ => None,
        };
        let begin = tokens.position();
        while !tokens.at_end() && !tokens.sign(',') {
            tokens.skip(1);
        }
        let value = pair.unwrap_or_else(|| text(&tokens.since(begin)));
        tokens.skip(1);
        match name {
            Some(name) => arguments.named.push((name, value)),
            None => arguments.plain.push(value),
        }
    }
    arguments
}

/// `2x1` of `(2, 1)`, `2` of `(2, 2)` and `(2)`.
pub(super) fn bracketed_pair(group: &Group) -> Option<String> {
    let plain = text(&group.stream()).replace(' ', "");
    let sides: Vec<&str> = plain.trim_end_matches(',').split(',').collect();
    let digits = |side: &&str| !side.is_empty() && side.bytes().all(|b| b.is_ascii_digit());
    match sides[..] {
        _ if !sides.iter().all(digits) => None,
        [height, width] if height != width => Some(format!("{height}x{width}")),
        [side] | [side, _] => Some(side.to_owned()),
        _ => None,
    }
}

/// Skips what would follow a layer's word.
pub(super) fn rest_of_unknown(tokens: &mut Tokens) -> Item {
    for sign in ['-', '/', '.'] {
        let number = matches!(tokens.peek_at(1), Some(TokenTree::Ident(_) | TokenTree::Literal(_)));
        if tokens.sign(sign) && number {
            tokens.skip(2);
        }
    }
    if tokens.group(Delimiter::Parenthesis).is_some() {
        tokens.skip(1);
    }
    Item::Unknown
}
