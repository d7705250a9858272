//! A layer's numbers beside it, as papers and other frameworks write them: `3x3 conv, 64, /2`, `conv3-64 stride 2`,
//! `maxpool size=2 stride=2`. They are read, so that one error says how all of them are written.

use proc_macro2::{Delimiter, TokenTree};

use super::foreign::bracketed_pair;
use super::item::written_apart;
use super::{Parser, Tokens, text};
use crate::ast::Item;
use crate::diag::elsewhere::{self, Detail};
use crate::diag::syntax;
use crate::vocabulary::{Kind, Need, Reading, Word, split};

/// What has been found of a layer, as it is written here.
#[derive(Default)]
pub(super) struct Found {
    pub size: Option<String>,
    pub count: Option<String>,
    pub stride: Option<String>,
    pub options: Vec<String>,
}

impl Parser<'_> {
    /// `3x3 conv-64`, `64 conv3`: numbers before the word. None, with nothing read, if no word follows that has a place for them.
    pub(super) fn numbers_before(&mut self, tokens: &mut Tokens) -> Option<Item> {
        let begin = tokens.position();
        let mut numbers = Vec::new();
        while let Some(number) = tokens.literal().map(ToString::to_string).filter(|number| elsewhere::is_sides(number))
        {
            numbers.push(number);
            tokens.skip(1);
        }
        // `3x3, 64` without a word is a convolution in tables of papers.
        let table = || {
            let pair = numbers.len() == 1 && numbers[0].split('x').count() == 2;
            let counted = (tokens.sign(',') || tokens.sign('-')) && tokens.literal_at(1).is_some();
            (pair && counted).then_some((Word::Conv, None, 0))
        };
        let found = self.word_here(tokens).or_else(table).and_then(|(word, size, length)| {
            let mut found = Found { size, ..Found::default() };
            let counted = tokens.sign_at(length, '-') && tokens.literal_at(length + 1).is_some();
            numbers.iter().all(|number| found.place(word, number, counted)).then_some((word, length, found))
        });
        let Some((word, length, mut found)) = found.filter(|_| !numbers.is_empty()) else {
            tokens.back_to(begin);
            return None;
        };
        tokens.skip(length);
        while self.detail(tokens, word, &mut found, false) {}
        self.errors.at(&tokens.since(begin), syntax::numbers_apart(&found.written(word)));
        Some(Item::Unknown)
    }

    /// `conv 3x3-64`, `conv 3x3 64`: the size behind the word. True, after an error, if there is one.
    pub(super) fn size_behind(&mut self, tokens: &mut Tokens, begin: usize, word: Word) -> bool {
        let size = tokens.literal().map(ToString::to_string).filter(|size| elsewhere::is_sides(size));
        let mut found = Found::default();
        // Behind a pool, three sides are the volume that has arrived there.
        let volume = |size: &str| word.takes().count == Need::No && size.split('x').count() == 3;
        if !size.is_some_and(|size| !volume(&size) && found.set(word, Detail::Size, size)) {
            return false;
        }
        tokens.skip(1);
        // Of `conv 3x3 64` the second number can only be the count.
        if word.takes().count != Need::No && tokens.literal().is_some() {
            found.count = tokens.literal().map(ToString::to_string).filter(|count| elsewhere::is_sides(count));
            tokens.skip(1);
        }
        while self.detail(tokens, word, &mut found, false) {}
        self.errors.at(&tokens.since(begin), syntax::numbers_apart(&found.written(word)));
        true
    }

    /// `stride 2`, `, 64`, `s2 p1` behind a layer. True, after an error, if there is any.
    pub(super) fn numbers_behind(&mut self, tokens: &mut Tokens, word: Word, mut found: Found) -> bool {
        let begin = tokens.position();
        let mut first = true;
        while self.detail(tokens, word, &mut found, first) {
            first = false;
        }
        if !first {
            self.errors.at(&tokens.since(begin), syntax::numbers_apart(&found.written(word)));
        }
        !first
    }

    /// A word, its size and how many tokens it has.
    fn word_here(&self, tokens: &Tokens) -> Option<(Word, Option<String>, usize)> {
        let ident = tokens.ident().filter(|ident| !self.is_block(ident) && !self.is_parameter(ident))?;
        let first = ident.to_string();
        if let Reading::Layer(word, size) = Reading::of(&first) {
            let size = size.map(|(height, width)| format!("{height}x{width}"));
            return Some((word, size, 1));
        }
        let length = written_apart(tokens, &first);
        let joined: String = (0..length).filter_map(|at| tokens.ident_at(at)).map(ToString::to_string).collect();
        elsewhere::word(&joined).map(|word| (word, None, length))
    }

    /// Reads one number with its name or its sign. `named`: it must have one, so that the next layer is not taken for it.
    fn detail(&self, tokens: &mut Tokens, word: Word, found: &mut Found, named: bool) -> bool {
        let comma = usize::from(tokens.sign(','));
        for (sign, detail) in [('/', Detail::Stride), ('-', Detail::Count)] {
            if tokens.sign_at(comma, sign)
                && (!named || comma > 0)
                && let Some((value, length)) = self.number_text(tokens, comma + 1)
                && found.set(word, detail, value)
            {
                tokens.skip(comma + 1 + length);
                return true;
            }
        }
        if let Some(group) = tokens.group(Delimiter::Parenthesis).filter(|_| !named) {
            found.options.push(text(&group.stream()));
            tokens.skip(1);
            return true;
        }
        if let Some((value, length)) = self.number_text(tokens, comma) {
            let unit = tokens.ident_at(comma + length).is_some_and(|unit| elsewhere::is_unit(&unit.to_string()));
            let read = (comma > 0 || unit) && found.count.is_none() && found.set(word, Detail::Count, value);
            tokens.skip(if read { comma + length + usize::from(unit) } else { 0 });
            return read;
        }
        let Some(name) = tokens.ident_at(comma).filter(|name| !self.is_parameter(name) && !self.is_block(name)) else {
            return false;
        };
        // The next head: `{ boxes: conv1-4, same: relu }`.
        if comma > 0 && tokens.sign_at(2, ':') {
            return false;
        }
        let name = name.to_string();
        let flag = |&&(option, kind): &&(&'static str, Kind)| kind == Kind::Flag && option.eq_ignore_ascii_case(&name);
        if let Some((flag, _)) = word.takes().options.iter().find(flag) {
            found.options.push((*flag).to_owned());
            tokens.skip(comma + 1);
            return true;
        }
        let (head, digits) = split(&name);
        let Some(detail) = Detail::of(head) else { return false };
        let sign = usize::from(tokens.sign_at(comma + 1, '=') || comma == 0 && tokens.sign_at(1, ':'));
        let (value, length) = match self.number_text(tokens, comma + 1 + sign) {
            _ if !digits.is_empty() => (digits.to_owned(), 0),
            Some((value, length)) => (value, sign + length),
            None => match tokens.ident_at(comma + 1 + sign).map(|word| word.to_string().to_ascii_lowercase()) {
                Some(word) if detail == Detail::Pad && word == "same" => (word, sign + 1),
                Some(word) if detail == Detail::Pad && word == "valid" => ("0".to_owned(), sign + 1),
                _ => return false,
            },
        };
        if !found.set(word, detail, value) {
            return false;
        }
        tokens.skip(comma + 1 + length);
        true
    }

    /// `2`, `2x1`, `(2, 1)` or a parameter, and how many tokens it has.
    fn number_text(&self, tokens: &Tokens, ahead: usize) -> Option<(String, usize)> {
        let text = match tokens.peek_at(ahead)? {
            TokenTree::Literal(literal) => Some(literal.to_string()).filter(|text| elsewhere::is_sides(text)),
            TokenTree::Ident(ident) if self.is_parameter(ident) => Some(ident.to_string()),
            TokenTree::Group(group) => bracketed_pair(group),
            _ => None,
        };
        text.map(|text| (text, 1))
    }
}

impl Found {
    /// Puts a number without a name where the word has room for it.
    fn place(&mut self, word: Word, number: &str, counted: bool) -> bool {
        let takes = word.takes();
        let sized = self.size.is_some() || takes.size == Need::No;
        if !number.contains('x') && takes.count != Need::No && !counted && self.count.is_none() {
            self.count = Some(number.to_owned());
            return true;
        }
        !sized && self.set(word, Detail::Size, number.to_owned())
    }

    /// False if the word has no such number, or none of this form.
    fn set(&mut self, word: Word, detail: Detail, value: String) -> bool {
        let takes = word.takes();
        let has = |option: &str| takes.options.iter().any(|&(own, _)| own == option);
        let sides = value.split('x').count();
        match detail {
            // Filters reach over the full depth, which some write too: `5x5x3`.
            Detail::Size if takes.size != Need::No && sides <= 3 => {
                self.size = Some(value.splitn(3, 'x').take(2).collect::<Vec<_>>().join("x"));
            }
            Detail::Count if takes.count != Need::No && sides == 1 => self.count = Some(value),
            Detail::Stride if takes.stride && sides <= 2 => self.stride = Some(value),
            Detail::Pad if value == "same" && has("same") => self.options.push(value),
            Detail::Pad if has("pad") && sides <= 2 => self.options.push(format!("pad={value}")),
            Detail::Dilation if has("dilation") && sides <= 2 => self.options.push(format!("dilation={value}")),
            Detail::Groups if has("groups") && sides == 1 => self.options.push(format!("groups={value}")),
            _ => return false,
        }
        true
    }

    /// The layer; a number that it must have and nobody said is its example's.
    fn written(&self, word: Word) -> String {
        let takes = word.takes();
        let (name, example) = (word.name(), word.example());
        let shown = example.split(['-', '/']).next().unwrap_or_default().trim_start_matches(name).to_owned();
        let size = self.size.clone().or_else(|| (takes.size == Need::Must).then_some(shown)).unwrap_or_default();
        let size = elsewhere::square(&size);
        let count = self.count.clone().or_else(|| {
            let count = example.split('-').nth(1).filter(|_| takes.count == Need::Must);
            count.map(str::to_owned)
        });
        let stride =
            self.stride.as_deref().map(elsewhere::square).filter(|&stride| stride != size || takes.count != Need::No);
        let mut written = format!("{name}{size}");
        written.extend(count.map(|count| format!("-{count}")));
        written.extend(stride.map(|stride| format!("/{stride}")));
        if !self.options.is_empty() {
            written.extend(["(", &self.options.join(", "), ")"]);
        }
        written
    }
}
