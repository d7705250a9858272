//! What the user wrote: tokens come in through `parse`, this tree goes out to `lower`. Every node carries the tokens
//! that an error underlines. Nothing is resolved but the kind of each item: defaults, parameters and repeats are `lower`'s.

use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Ident, Path, Visibility};

use crate::shape::{Rounding, Volume};
pub use crate::vocabulary::Word;

/// One `network! { .. }`.
pub struct NetworkDef {
    /// Documentation and other attributes that pass to the generated struct.
    pub attributes: Vec<Attribute>,
    /// `#[budget(params <= 140M, ..)]`
    pub budgets: Vec<Budget>,
    /// `#[rounding(floor)]`
    pub rounding: Rounding,
    /// `#[conv(direct)]`, and where it is said.
    pub algorithm: Algorithm,
    pub algorithm_said: Option<TokenStream>,
    /// `#[weights(f16)]`
    pub half: Option<TokenStream>,
    pub visibility: Visibility,
    pub name: Ident,
    pub blocks: Vec<Block>,
    pub input: VolumeNode,
    pub chain: Chain,
}

/// How convolutions are computed where their own options do not say it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Algorithm {
    /// Fast, within 2e-6 relative error.
    #[default]
    Fast,
    /// The plain sum.
    Direct,
    /// Larger Winograd tiles.
    Fastest,
}

/// `params <= 140M`
pub struct Budget {
    pub kind: BudgetKind,
    pub limit: u64,
    /// The whole item as written, for the text and the span of an error.
    pub tokens: TokenStream,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BudgetKind {
    Params,
    Macs,
    Activations,
    Train,
}

/// `block name(a, b) = chain;`
pub struct Block {
    pub name: Ident,
    pub parameters: Vec<Ident>,
    pub chain: Chain,
}

/// A volume as written, `224x224x3`, `784` or `(h=3, w=224, c=224)`. `parse` has refused zeros and overflows and,
/// for the input, the channels-first slip.
pub struct VolumeNode {
    pub volume: Volume,
    pub tokens: TokenStream,
}

pub struct Chain {
    pub steps: Vec<Step>,
}

/// `item * repeat @ name`
pub struct Step {
    pub item: Item,
    pub repeat: Option<Number>,
    pub name: Option<Ident>,
    /// The item with its repeat and name.
    pub tokens: TokenStream,
}

pub enum Item {
    Layer(Layer),
    Skip,
    Volume(VolumeNode),
    Frozen(Box<Item>),
    /// `[chain]`
    Group(Chain),
    /// `(a + b)`
    Sum(Branches),
    /// `(a | b)`
    Concat(Branches),
    /// `{name: chain, ..}`
    Heads(Vec<Head>),
    /// A block called by name; `shared` when its weights are one set for all shared calls of the name.
    Call(Call),
    /// Another network used as a layer.
    Network(Path),
    /// A step that could not be read, which `parse` has reported. What it gives is unknown, so what follows it is not
    /// checked.
    Unknown,
}

pub struct Branches {
    pub chains: Vec<Chain>,
    /// The whole pair of brackets.
    pub tokens: TokenStream,
}

pub struct Head {
    pub name: Ident,
    pub chain: Chain,
}

pub struct Call {
    /// Names a block of this network (`parse` has checked that it exists).
    pub name: Ident,
    pub arguments: Vec<Number>,
    pub shared: bool,
    pub tokens: TokenStream,
}

/// `conv3x5-64/2x1(pad=20x5, floor)`
pub struct Layer {
    pub word: Word,
    /// Of the word: `conv`, as written, or of `soft-max`'s first identifier.
    pub word_span: Span,
    /// `3x5` of `conv3x5`: height, width.
    pub size: Option<(u64, u64)>,
    /// `64` of `conv3-64`.
    pub count: Option<Number>,
    /// `2x1` of `/2x1`.
    pub stride: Option<Pair>,
    pub options: Vec<LayerOption>,
    /// All of the layer's own tokens.
    pub tokens: TokenStream,
    /// As written, in one line and normalised: `conv3x5-64/2x1(pad=20x5, floor)`.
    pub text: String,
}

#[derive(Clone)]
pub enum Number {
    Literal(u64, Span),
    Parameter(Ident),
}

/// `2`, `s` (both directions) or `2x1` (height, width).
#[derive(Clone)]
pub enum Pair {
    Both(Number),
    Each(u64, u64, Span),
}

pub struct LayerOption {
    /// The name of `name=value`; none for a flag or a bare value.
    pub name: Option<Ident>,
    pub value: OptionValue,
    pub tokens: TokenStream,
}

pub enum OptionValue {
    Pair(Pair),
    Float(f64),
    Bool(bool),
    /// A flag (`floor`, `direct`), a word (`position`) or, inside a block, one of its parameters.
    Word(Ident),
}
