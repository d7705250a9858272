//! The tokens of a `network!` come in; the syntax tree goes out, and every error of grammar into the collector.

mod apart;
mod attribute;
mod block;
mod brackets;
mod chain;
mod foreign;
mod input;
mod item;
mod layer;
mod number;
mod option;
mod repeat;
#[cfg(test)]
mod tests;
mod tokens;

use proc_macro2::{Ident, Span, TokenStream};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Token, Visibility};

use self::item::is_keyword;
use self::tokens::Tokens;
pub use self::tokens::text;
use crate::ast::{Block, Chain, NetworkDef, VolumeNode};
use crate::diag::{Errors, syntax};
use crate::vocabulary::Reading;

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

/// Reads one network. None if its name cannot be read.
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
    (parser.refused, parser.blocks) = block::names(&body).partition(|name| is_reserved(name));
    parser.refused.extend(block::foreign_names(&body));
    let (blocks, flow) = parser.body(&mut body, &frame.name);
    let (input, chain) = flow.unwrap_or_else(input::no_flow);
    Some(NetworkDef {
        attributes: attributes.others,
        budgets: attributes.budgets,
        rounding: attributes.rounding.unwrap_or_default(),
        algorithm: attributes.algorithm.as_ref().map(|&(algorithm, _)| algorithm).unwrap_or_default(),
        algorithm_said: attributes.algorithm.map(|(_, said)| said),
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
        if input.peek(Token![#]) && input.peek2(Token![!]) {
            let sign = input.fork();
            sign.parse::<Token![#]>()?;
            return Err(syn::Error::new(sign.span(), syntax::inner_attribute()));
        }
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
            } else if let Some(length) = block::foreign(tokens, 0) {
                self.foreign_block(tokens, length);
            } else if tokens.sign(';') {
                self.errors.at_span(tokens.span(), syntax::superfluous(';'));
                tokens.skip(1);
            } else {
                begun = true;
                let next = self.flow(tokens);
                flow = flow.or(Some(next));
            }
        }
        if !begun {
            self.errors.at(name, syntax::no_input(name));
        }
        (blocks, flow)
    }
}
