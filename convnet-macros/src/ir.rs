//! What a declaration means: a graph. Repeats and blocks are unrolled, defaults filled in, every node has its volume,
//! its name and its tokens. `lower` makes it, `count` reads it, `fuse` turns it into a plan.

use proc_macro2::TokenStream;
use syn::{Attribute, Ident, Path, Visibility};

use crate::ast::{Algorithm, Budget};
use crate::shape::{Rounding, Volume};

pub type NodeId = usize;
pub type WeightsId = usize;

/// The whole network. Nodes are in topological order; node 0 is the input.
pub struct Graph {
    pub attributes: Vec<Attribute>,
    pub visibility: Visibility,
    pub name: Ident,
    pub budgets: Vec<Budget>,
    pub nodes: Vec<Node>,
    /// How many nodes come before the heads; all, where there are none.
    pub trunk: usize,
    pub weights: Vec<Weights>,
    pub output: Output,
    pub taps: Vec<Tap>,
}

/// What the network gives: one node, or named heads, which may nest.
pub enum Output {
    Node(NodeId),
    Heads(Vec<(Ident, Output)>),
}

pub struct Node {
    pub op: Op,
    pub inputs: Vec<NodeId>,
    /// What it gives.
    pub volume: Volume,
    /// As the user wrote it: `conv3-64`; `skip` and brackets have `+` and `|`.
    pub text: String,
    /// Its name in weight files and in tables: `features.0`; empty for the input and for `+` and `|`.
    pub key: String,
    /// The parameters it uses; several nodes share one set in `shared` blocks.
    pub weights: Option<WeightsId>,
    /// Inference mode, and not trained.
    pub frozen: bool,
    /// What an error underlines.
    pub tokens: TokenStream,
}

/// One set of parameters: a field of the generated struct.
pub struct Weights {
    /// `layer1.0.conv1`
    pub key: String,
    /// The field's way through the nested structs: `layer1`, `basic0`, `conv1`.
    pub path: Vec<Ident>,
    /// The first node that uses it, which says what it holds.
    pub node: NodeId,
    /// Every node that uses it is frozen.
    pub frozen: bool,
}

/// A name given with `@`: a typed constant of the generated type (`VggD::FC7`).
pub struct Tap {
    /// `FC7`, or the levels joined by `_`: `LAYER1_CONV1`.
    pub name: Ident,
    pub node: NodeId,
}

pub enum Op {
    Input,
    /// Also `dwconv` (groups = depth) and `fc` (`Window::kernel` is the whole incoming map).
    Conv(Conv),
    MaxPool(Window),
    AvgPool(Window),
    Gap,
    Flatten,
    /// Zero channels before the incoming ones, and behind them up to the depth.
    Widen {
        before: u64,
    },
    Upsample {
        factor: (u64, u64),
        bilinear: bool,
    },
    Activation(Activation),
    Maxout {
        k: u64,
    },
    Bn {
        eps: f64,
        momentum: f64,
    },
    Lrn {
        n: u64,
        alpha: f64,
        beta: f64,
        k: f64,
        within: bool,
    },
    Dropout {
        p: f64,
    },
    Softmax,
    Add,
    Concat,
    Network(Path),
}

/// How a window slides: one type for convolutions and pools. Pairs are (height, width).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Window {
    pub kernel: (u64, u64),
    pub stride: (u64, u64),
    /// Zeros at the top and left.
    pub pad_before: (u64, u64),
    /// Zeros at the bottom and right: as declared, or one more with `same`. With `ceil` the last window may reach
    /// beyond it; it sees only what is inside.
    pub pad_after: (u64, u64),
    pub dilation: (u64, u64),
    /// What its output was computed with.
    pub rounding: Rounding,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Conv {
    pub kind: ConvKind,
    pub window: Window,
    pub filters: u64,
    pub groups: u64,
    pub bias: Bias,
    pub algorithm: Algorithm,
    /// Inference reads the weights in half precision: fully connected layers of a network with `#[weights(f16)]`.
    pub half: bool,
}

/// The word that a convolution was written with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ConvKind {
    Conv,
    DwConv,
    Fc,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Bias {
    None,
    Channel,
    /// One per position and filter.
    Position,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Activation {
    Relu,
    LeakyRelu(f64),
    Elu(f64),
    Sigmoid,
    Tanh,
    ClippedRelu(f64),
}
