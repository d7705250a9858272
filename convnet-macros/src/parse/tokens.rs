//! A stream of token trees in which the parser can look ahead at any distance, and the text of tokens.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

/// The tokens of one pair of brackets, and a place among them.
pub struct Tokens {
    trees: Vec<TokenTree>,
    at: usize,
    /// Where an error points when the tokens have ended.
    end: Span,
}

impl Tokens {
    pub fn new(stream: TokenStream, end: Span) -> Self {
        let mut trees = Vec::new();
        spread(stream, &mut trees);
        Self { trees, at: 0, end }
    }

    pub fn inside(group: &Group) -> Self {
        Self::new(group.stream(), group.span_close())
    }

    pub fn at_end(&self) -> bool {
        self.at >= self.trees.len()
    }

    /// How many there are, read or not.
    pub fn count(&self) -> usize {
        self.trees.len()
    }

    pub fn position(&self) -> usize {
        self.at
    }

    /// What has been read since a position.
    pub fn since(&self, position: usize) -> TokenStream {
        self.trees.iter().take(self.at).skip(position).cloned().collect()
    }

    pub fn peek(&self) -> Option<&TokenTree> {
        self.peek_at(0)
    }

    pub fn peek_at(&self, ahead: usize) -> Option<&TokenTree> {
        self.trees.get(self.at + ahead)
    }

    /// Reads again from a position that has been passed.
    pub fn back_to(&mut self, position: usize) {
        self.at = position;
    }

    pub fn skip(&mut self, count: usize) {
        self.at = (self.at + count).min(self.trees.len());
    }

    /// The place of the next token, or of the closing bracket.
    pub fn span(&self) -> Span {
        match self.peek() {
            Some(TokenTree::Group(group)) => group.span_open(),
            Some(tree) => tree.span(),
            None => self.end,
        }
    }

    /// The place of the token read last: where an error points when something is missing behind it.
    pub fn last_span(&self) -> Span {
        self.at.checked_sub(1).and_then(|at| self.trees.get(at)).map_or_else(|| self.span(), TokenTree::span)
    }

    pub fn ident(&self) -> Option<&Ident> {
        self.ident_at(0)
    }

    pub fn ident_at(&self, ahead: usize) -> Option<&Ident> {
        if let Some(TokenTree::Ident(ident)) = self.peek_at(ahead) { Some(ident) } else { None }
    }

    /// The next token is this word of the language; case does not count.
    pub fn keyword(&self, word: &str) -> bool {
        self.ident().is_some_and(|ident| ident.to_string().eq_ignore_ascii_case(word))
    }

    pub fn literal(&self) -> Option<&Literal> {
        self.literal_at(0)
    }

    pub fn literal_at(&self, ahead: usize) -> Option<&Literal> {
        if let Some(TokenTree::Literal(literal)) = self.peek_at(ahead) { Some(literal) } else { None }
    }

    pub fn group(&self, delimiter: Delimiter) -> Option<&Group> {
        match self.peek() {
            Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
            _ => None,
        }
    }

    pub fn punct_at(&self, ahead: usize) -> Option<&Punct> {
        if let Some(TokenTree::Punct(punct)) = self.peek_at(ahead) { Some(punct) } else { None }
    }

    /// The next token is this sign; the `-` of an arrow is none.
    pub fn sign(&self, sign: char) -> bool {
        self.sign_at(0, sign)
    }

    pub fn sign_at(&self, ahead: usize, sign: char) -> bool {
        !self.arrow_at(ahead) && self.punct_at(ahead).is_some_and(|punct| punct.as_char() == sign)
    }

    /// `->` comes next.
    pub fn arrow(&self) -> bool {
        self.arrow_at(0)
    }

    pub fn arrow_at(&self, ahead: usize) -> bool {
        let joint = |punct: &Punct| punct.as_char() == '-' && punct.spacing() == Spacing::Joint;
        self.punct_at(ahead).is_some_and(joint) && self.punct_at(ahead + 1).is_some_and(|punct| punct.as_char() == '>')
    }

    /// `::` comes so many tokens ahead.
    pub fn path_sep_at(&self, ahead: usize) -> bool {
        self.sign_at(ahead, ':') && self.sign_at(ahead + 1, ':')
    }

    /// Goes on to one of these signs, to an arrow or to the end.
    pub fn skip_to(&mut self, signs: &[char]) {
        while !self.at_end() && !self.arrow() && !signs.iter().any(|&sign| self.sign(sign)) {
            self.skip(1);
        }
    }
}

/// A macro's fragments (`$n:literal`) come in brackets that nobody wrote.
fn spread(stream: TokenStream, trees: &mut Vec<TokenTree>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::None => spread(group.stream(), trees),
            tree => trees.push(tree),
        }
    }
}

/// Tokens in one line: `conv3-64/2(pad=1, floor)`, `[conv3-64 -> relu]*2`.
pub fn text(stream: &TokenStream) -> String {
    let mut out = String::new();
    write(stream.clone(), &mut out);
    out
}

fn write(stream: TokenStream, out: &mut String) {
    let mut after_word = false;
    let mut sign = String::new();
    for tree in stream {
        let is_word = matches!(tree, TokenTree::Ident(_) | TokenTree::Literal(_));
        if is_word && after_word {
            out.push(' ');
        }
        after_word = is_word;
        if !matches!(tree, TokenTree::Punct(_)) {
            *out += &std::mem::take(&mut sign);
        }
        match tree {
            TokenTree::Punct(punct) => {
                sign.push(punct.as_char());
                if punct.spacing() == Spacing::Joint {
                    continue;
                }
                match sign.as_str() {
                    "->" | "+" | "|" | "<=" | "@" => out.extend([" ", &sign, " "]),
                    "," | ":" => out.extend([sign.as_str(), " "]),
                    _ => *out += &sign,
                }
                sign.clear();
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                *out += open;
                write(group.stream(), out);
                *out += close;
            }
            tree => *out += &tree.to_string(),
        }
    }
    *out += &sign;
}
