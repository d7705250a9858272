//! The tokens of a `network!` come in; the syntax tree goes out, and every error of grammar into the collector.

mod attribute;
mod brackets;
mod chain;
mod foreign;
mod item;
mod layer;
mod number;
mod option;
#[cfg(test)]
mod tests;
mod tokens;

use proc_macro2::{Delimiter, Ident, Span, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Token, Visibility};

use self::chain::{Place, unknown};
use self::item::is_keyword;
use self::tokens::Tokens;
pub use self::tokens::text;
use crate::ast::{Block, Chain, NetworkDef, VolumeNode};
use crate::diag::{Errors, syntax};
use crate::vocabulary::{self, Reading};

/// Brackets in brackets.
const MAX_DEPTH: usize = 64;

/// An error that the collector has.
struct Reported;

/// What is known while reading.
struct Parser<'e> {
    errors: &'e mut Errors,
    /// The names of all blocks.
    blocks: Vec<String>,
    /// Names that blocks may not have and are given: their calls are no second mistake.
    refused: Vec<String>,
    /// The parameters of the block that is read.
    parameters: Vec<Ident>,
    depth: usize,
}

/// Reads one network. None if its name or its input cannot be read.
pub fn parse(input: TokenStream, errors: &mut Errors) -> Option<NetworkDef> {
    let frame = match syn::parse2::<Frame>(input) {
        Ok(frame) => frame,
        Err(error) => {
            errors.push(error);
            return None;
        }
    };
    let mut parser = Parser { errors, blocks: Vec::new(), refused: Vec::new(), parameters: Vec::new(), depth: 0 };
    let attributes = parser.attributes(frame.attributes);
    if !frame.rest.is_empty() {
        parser.errors.at(&frame.rest, syntax::one_network());
    }
    let mut body = Tokens::new(frame.body, frame.end);
    (parser.refused, parser.blocks) = block_names(&body).partition(|name| is_reserved(name));
    let (blocks, flow) = parser.body(&mut body, &frame.name);
    let (input, chain) = flow?;
    Some(NetworkDef {
        attributes: attributes.others,
        budgets: attributes.budgets,
        rounding: attributes.rounding.unwrap_or_default(),
        algorithm: attributes.algorithm.unwrap_or_default(),
        half: attributes.half,
        visibility: frame.visibility,
        name: frame.name,
        blocks,
        input,
        chain,
    })
}

/// `#[..] pub struct Name { body } rest`
struct Frame {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    body: TokenStream,
    end: Span,
    rest: TokenStream,
}

impl Parse for Frame {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if !input.peek(Token![struct]) {
            return Err(syn::Error::new(input.span(), syntax::no_struct()));
        }
        input.parse::<Token![struct]>()?;
        let name = input.parse().map_err(|_| syn::Error::new(input.span(), syntax::no_network_name()))?;
        if input.peek(Token![<]) {
            return Err(syn::Error::new(input.span(), syntax::generic_network()));
        }
        if !input.peek(syn::token::Brace) {
            return Err(syn::Error::new(input.span(), syntax::no_body(&name)));
        }
        let content;
        let braces = syn::braced!(content in input);
        Ok(Self {
            attributes,
            visibility,
            name,
            body: content.parse()?,
            end: braces.span.close(),
            rest: input.parse()?,
        })
    }
}

/// The names of the blocks, wherever they are defined.
fn block_names(body: &Tokens) -> impl Iterator<Item = String> {
    (0..body.count())
        .filter(|&at| body.ident_at(at).is_some_and(|ident| ident.to_string().eq_ignore_ascii_case("block")))
        .filter_map(|at| body.ident_at(at + 1).map(ToString::to_string))
}

/// A name that reads as a layer or as another word of the language.
fn is_reserved(name: &str) -> bool {
    Reading::of(name).is_layer() || is_keyword(name)
}

impl Parser<'_> {
    fn is_block(&self, ident: &Ident) -> bool {
        self.blocks.iter().any(|block| ident == block)
    }

    /// Blocks, the input and the chain.
    fn body(&mut self, tokens: &mut Tokens, name: &Ident) -> (Vec<Block>, Option<(VolumeNode, Chain)>) {
        let mut blocks: Vec<Block> = Vec::new();
        let mut flow = None;
        let mut begun = false;
        while !tokens.at_end() {
            self.no_attributes(tokens);
            if tokens.keyword("block") && tokens.literal_at(1).is_none() && !tokens.arrow_at(1) {
                if begun {
                    self.errors.at_span(tokens.span(), syntax::block_after_input());
                }
                let Some(block) = self.block(tokens) else { continue };
                if blocks.iter().any(|other| other.name == block.name) {
                    self.errors.at(&block.name, syntax::block_twice(&block.name));
                } else {
                    blocks.push(block);
                }
            } else if tokens.sign(';') {
                self.errors.at_span(tokens.span(), syntax::superfluous(';'));
                tokens.skip(1);
            } else {
                begun = true;
                let next = self.flow(tokens);
                flow = flow.or(next);
            }
        }
        if !begun {
            self.errors.at(name, syntax::no_input(name));
        }
        (blocks, flow)
    }

    /// `input volume -> chain`
    fn flow(&mut self, tokens: &mut Tokens) -> Option<(VolumeNode, Chain)> {
        let begin = tokens.position();
        if tokens.keyword("input") {
            tokens.skip(1);
        } else {
            self.errors.at_span(tokens.span(), syntax::begins_with_input());
            if !Self::at_volume(tokens, 0) {
                self.chain(tokens, Place::Main);
                return None;
            }
        }
        let volume = if Self::at_volume(tokens, 0) {
            self.input_volume(tokens)
        } else if let Some(node) = self.bracketed_volume(tokens) {
            Some(node)
        } else {
            self.errors.at(&tokens.since(begin), syntax::input_needs_volume());
            tokens.skip_to(&[',', ';']);
            None
        };
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

    /// `block name(a, b) = chain;` None if it has no usable name.
    fn block(&mut self, tokens: &mut Tokens) -> Option<Block> {
        let keyword = tokens.span();
        tokens.skip(1);
        let name = self.identifier(tokens, "name of the block");
        if tokens.at_end() {
            if name.is_some() {
                self.errors.at_span(keyword, syntax::block_form());
            }
            return None;
        }
        if let Some(name) = &name
            && is_reserved(&name.to_string())
        {
            self.errors.at(name, syntax::reserved_block(name));
        }
        if let Some(group) = tokens.group(Delimiter::Parenthesis).cloned() {
            tokens.skip(1);
            self.parameters = self.parameter_names(&mut Tokens::inside(&group));
        } else {
            self.errors.at_span(tokens.span(), syntax::block_needs_brackets(name.as_ref()));
        }
        if tokens.sign('=') && !tokens.sign_at(1, '>') {
            tokens.skip(1);
        } else if let Some(group) = tokens.group(Delimiter::Brace).cloned() {
            self.errors.at_span(tokens.span(), syntax::block_without_braces());
            tokens.skip(1);
            let chain = self.chain(&mut Tokens::inside(&group), Place::Block);
            let parameters = std::mem::take(&mut self.parameters);
            tokens.skip(usize::from(tokens.sign(';')));
            return Some(Block { name: name.filter(|name| !is_reserved(&name.to_string()))?, parameters, chain });
        } else {
            self.errors.at_span(tokens.span(), syntax::block_needs_equals());
            tokens.skip(if tokens.sign('=') { 2 } else { usize::from(tokens.sign(':')) });
        }
        let before = self.errors.len();
        let chain = self.chain(tokens, Place::Block);
        let parameters = std::mem::take(&mut self.parameters);
        if tokens.sign(';') {
            tokens.skip(1);
        } else if self.errors.len() == before {
            self.errors.at_span(tokens.span(), syntax::missing_semicolon());
        }
        let name = name.filter(|name| !is_reserved(&name.to_string()))?;
        Some(Block { name, parameters, chain })
    }

    fn parameter_names(&mut self, tokens: &mut Tokens) -> Vec<Ident> {
        let mut names: Vec<Ident> = Vec::new();
        self.superfluous_commas(tokens);
        while !tokens.at_end() {
            if let Some(name) = self.identifier(tokens, "parameter") {
                if names.contains(&name) {
                    self.errors.at(&name, syntax::parameter_twice(&name));
                }
                if vocabulary::is_flag(&name.to_string()) {
                    self.errors.at(&name, syntax::parameter_is_flag(&name));
                }
                names.push(name);
            }
            self.comma(tokens);
        }
        names
    }
}
