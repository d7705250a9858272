//! Numbers, pairs and volumes: `64`, `k`, `2x1`, `224x224x3`, `(h=3, w=224, c=224)`.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use super::{Parser, Tokens};
use crate::ast::{Number, Pair, VolumeNode};
use crate::diag::syntax;
use crate::shape::Volume;

/// Whole numbers with `x` between them.
struct Sides {
    numbers: Vec<u64>,
    text: String,
    span: Span,
    tokens: TokenStream,
}

impl Parser<'_> {
    /// `64` or, in a block, one of its parameters. None, after an error, for anything else.
    pub(super) fn number(&mut self, tokens: &mut Tokens, what: &str) -> Option<Number> {
        match self.pair(tokens, what)? {
            Pair::Both(number) => Some(number),
            Pair::Each(height, width, span) => {
                self.errors.at_span(span, syntax::no_pair_here(height, width, what));
                None
            }
        }
    }

    /// A number or `2x1`.
    pub(super) fn pair(&mut self, tokens: &mut Tokens, what: &str) -> Option<Pair> {
        if let Some(ident) = tokens.ident().cloned() {
            tokens.skip(1);
            return self.parameter(&ident).map(Pair::Both);
        }
        if let Some(ident) = tokens.ident_at(1).filter(|_| tokens.sign('$')).cloned() {
            let begin = tokens.position();
            tokens.skip(2);
            self.errors.at(&tokens.since(begin), syntax::dollar(&ident, self.is_parameter(&ident)));
            return None;
        }
        if tokens.literal().is_none() {
            self.errors.at_span(tokens.last_span(), syntax::missing(what));
            return None;
        }
        let sides = self.sides(tokens)?;
        match sides.numbers[..] {
            [number] => Some(Pair::Both(Number::Literal(number, sides.span))),
            [height, width] => Some(Pair::Each(height, width, sides.span)),
            _ => {
                self.errors.at(&sides.tokens, syntax::not_a_pair(&sides.text, what));
                None
            }
        }
    }

    /// The same, and no zero.
    pub(super) fn positive_pair(&mut self, tokens: &mut Tokens, what: &str) -> Option<Pair> {
        let pair = self.pair(tokens, what)?;
        match pair {
            Pair::Both(Number::Literal(0, span)) | Pair::Each(0, _, span) | Pair::Each(_, 0, span) => {
                self.errors.at_span(span, syntax::zero(what));
                None
            }
            pair => Some(pair),
        }
    }

    pub(super) fn positive_number(&mut self, tokens: &mut Tokens, what: &str) -> Option<Number> {
        let number = self.number(tokens, what)?;
        if let Number::Literal(0, span) = number {
            self.errors.at_span(span, syntax::zero(what));
            return None;
        }
        Some(number)
    }

    pub(super) fn is_parameter(&self, ident: &Ident) -> bool {
        self.parameters.iter().any(|parameter| ident == parameter)
    }

    fn parameter(&mut self, ident: &Ident) -> Option<Number> {
        if self.is_parameter(ident) {
            return Some(Number::Parameter(ident.clone()));
        }
        self.errors.at(ident, syntax::no_parameter(ident, &self.parameters));
        None
    }

    fn sides(&mut self, tokens: &mut Tokens) -> Option<Sides> {
        let begin = tokens.position();
        let span = tokens.span();
        let text = joined(tokens);
        let tokens = tokens.since(begin);
        let plain = text.replace('_', "").to_ascii_lowercase();
        let numbers = plain.split('x').map(|side| digits(side).then(|| side.parse().ok()).flatten());
        if let Some(numbers) = numbers.collect() {
            return Some(Sides { numbers, text, span, tokens });
        }
        self.errors.at(&tokens, syntax::no_whole_number(&text));
        None
    }

    /// A volume comes next.
    pub(super) fn at_volume(tokens: &Tokens, ahead: usize) -> bool {
        match tokens.peek_at(ahead) {
            Some(TokenTree::Literal(_)) => true,
            Some(TokenTree::Group(group)) => is_named_volume(group),
            _ => false,
        }
    }

    /// None, after an error, if there is no volume of any size.
    pub(super) fn volume(&mut self, tokens: &mut Tokens) -> Option<VolumeNode> {
        if let Some(group) = tokens.group(Delimiter::Parenthesis).cloned() {
            tokens.skip(1);
            return self.named_volume(&group);
        }
        if let Some(node) = self.without_x(tokens) {
            return Some(node);
        }
        let sides = self.sides(tokens)?;
        let volume = match sides.numbers[..] {
            [count] => Volume::Features(count),
            [height, width, depth] => Volume::Map { height, width, depth },
            [_, height, width, depth] => {
                let volume = Volume::Map { height, width, depth };
                let volume = channels_first(volume).map_or(volume, |(depth, height, width)| Volume::Map {
                    height,
                    width,
                    depth,
                });
                self.errors.at(&sides.tokens, syntax::batch_in_volume(&sides.text, volume));
                volume
            }
            _ => {
                self.errors.at(&sides.tokens, syntax::no_volume(&sides.text, sides.numbers.len()));
                return None;
            }
        };
        self.sized(volume, &sides.text, sides.tokens)
    }

    /// `32 32 3`, of which the compiler has refused the signs between the numbers, `32, 32, 3` or `32*32*3`.
    fn without_x(&mut self, tokens: &mut Tokens) -> Option<VolumeNode> {
        let side = |ahead| tokens.literal_at(ahead).and_then(|side| side.to_string().parse::<u64>().ok());
        let signs = |sign| tokens.sign_at(1, sign) && tokens.sign_at(3, sign);
        let step = if signs(',') || signs('*') { 2 } else { 1 };
        let (height, width, depth) = (side(0)?, side(step)?, side(2 * step)?);
        let begin = tokens.position();
        tokens.skip(2 * step + 1);
        let tokens = tokens.since(begin);
        self.errors.at(&tokens, syntax::without_x(height, width, depth));
        Some(VolumeNode { volume: Volume::Map { height, width, depth }, tokens })
    }

    /// `[32x32x3]` or `(32, 32, 3)` behind `input`.
    pub(super) fn bracketed_volume(&mut self, tokens: &mut Tokens) -> Option<VolumeNode> {
        let group = match tokens.peek() {
            Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::Brace => group.clone(),
            _ => return None,
        };
        let (volume, first) = volume_in_brackets(&group)?;
        tokens.skip(1);
        self.errors.at(&group, syntax::bracketed_volume(volume, first));
        Some(VolumeNode { volume, tokens: TokenTree::Group(group).into() })
    }

    /// The input's volume. Height and depth are changed places where `3x224x224` surely means `224x224x3`.
    pub(super) fn input_volume(&mut self, tokens: &mut Tokens) -> Option<VolumeNode> {
        let named = tokens.literal().is_none();
        let node = self.volume(tokens)?;
        let Some((c, h, w)) = channels_first(node.volume).filter(|_| !named) else { return Some(node) };
        self.errors.at(&node.tokens, syntax::channels_first(c, h, w));
        Some(VolumeNode { volume: Volume::Map { height: h, width: w, depth: c }, ..node })
    }

    /// `(h=3, w=224, c=224)`, in any order.
    fn named_volume(&mut self, group: &Group) -> Option<VolumeNode> {
        let before = self.errors.len();
        let tokens = &mut Tokens::inside(group);
        let mut found: [Option<u64>; 3] = [None; 3];
        while !tokens.at_end() {
            let side = tokens.ident().and_then(|name| {
                let name = name.to_string().to_ascii_lowercase();
                ["h", "w", "c"].into_iter().position(|side| side == name)
            });
            let (Some(side), true) = (side, tokens.sign_at(1, '=')) else {
                self.errors.at_span(tokens.span(), syntax::named_volume());
                return None;
            };
            if found[side].is_some() {
                self.errors.at_span(tokens.span(), syntax::twice(["`h`", "`w`", "`c`"][side]));
            }
            tokens.skip(2);
            match self.number(tokens, "the side") {
                Some(Number::Literal(number, _)) => found[side] = Some(number),
                Some(Number::Parameter(name)) => self.errors.at(&name, syntax::parameter_in_volume()),
                None => {}
            }
            if !tokens.at_end() && !tokens.sign(',') {
                self.errors.at_span(tokens.span(), syntax::missing_comma(tokens.peek()));
                break;
            }
            tokens.skip(1);
        }
        if self.errors.len() > before {
            return None;
        }
        let [Some(height), Some(width), Some(depth)] = found else {
            self.errors.at(group, syntax::named_volume());
            return None;
        };
        let tokens = TokenStream::from(TokenTree::Group(group.clone()));
        let volume = Volume::Map { height, width, depth };
        self.sized(volume, &super::text(&tokens), tokens)
    }

    /// Refuses volumes of nothing and volumes beyond counting.
    fn sized(&mut self, volume: Volume, text: &str, tokens: TokenStream) -> Option<VolumeNode> {
        let (height, width, depth) = volume.hwc();
        match height.checked_mul(width).and_then(|area| area.checked_mul(depth)) {
            Some(0) => self.errors.at(&tokens, syntax::zero_volume(text)),
            None => self.errors.at(&tokens, syntax::huge_volume(text)),
            Some(_) => return Some(VolumeNode { volume, tokens }),
        }
        None
    }
}

/// The volume of `(32, 32, 3)`, `[32x32x3]` or `(shape=(3, 32, 32))`, and whether the channels stood first.
pub(super) fn volume_in_brackets(group: &Group) -> Option<(Volume, bool)> {
    let plain = group.stream().to_string().to_lowercase().replace(',', "x").replace(' ', "");
    let plain = plain.rsplit('=').next()?.trim_matches(['(', ')', '[', ']', 'x']);
    let sides: Option<Vec<u64>> = plain.split('x').map(|side| side.parse().ok()).collect();
    let volume = match sides?[..] {
        [count] => Volume::Features(count),
        [height, width, depth] => Volume::Map { height, width, depth },
        _ => return None,
    };
    if volume.len()? == 0 {
        return None;
    }
    match channels_first(volume) {
        Some((depth, height, width)) => Some((Volume::Map { height, width, depth }, true)),
        None => Some((volume, false)),
    }
}

/// 3, 224 and 224 of 3x224x224, which surely means 224x224x3.
fn channels_first(volume: Volume) -> Option<(u64, u64, u64)> {
    match volume {
        Volume::Map { height: c, width: h, depth: w } if c <= 4 && h >= 5 && w >= 5 => Some((c, h, w)),
        _ => None,
    }
}

/// `(name = ..`
fn is_named_volume(group: &Group) -> bool {
    let tokens = Tokens::inside(group);
    let nested = matches!(tokens.peek_at(2), Some(TokenTree::Group(_)));
    group.delimiter() == Delimiter::Parenthesis && tokens.ident().is_some() && tokens.sign_at(1, '=') && !nested
}

/// Reads `32x32x3` as one token or as several: `32 x 32 x 3`.
pub(super) fn joined(tokens: &mut Tokens) -> String {
    let mut text = String::new();
    loop {
        let wants_number = text.is_empty() || text.ends_with(['x', 'X']);
        match tokens.peek() {
            Some(TokenTree::Literal(literal)) if wants_number => text += &literal.to_string(),
            Some(TokenTree::Ident(ident)) if !wants_number && is_times(&ident.to_string()) => {
                text += &ident.to_string();
            }
            _ => return text,
        }
        tokens.skip(1);
    }
}

/// `x`, `x32`, `x32x3`
pub(super) fn is_times(text: &str) -> bool {
    text.starts_with(['x', 'X']) && text[1..].chars().all(|c| c.is_ascii_digit() || matches!(c, 'x' | 'X'))
}

pub(super) fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}
