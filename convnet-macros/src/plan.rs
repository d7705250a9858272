//! What will run: two programs, for inference and for training, each a list of fused stages over buffers that lie at
//! known places in one arena. `fuse`, `layout`, `backward` and `arena` fill it in; `emit` turns it into code; `Display`
//! prints it for people.

use std::fmt;

use crate::ir::{Activation, Conv, Graph, Node, NodeId, Op, WeightsId, Window};

pub type BufferId = usize;

/// One way of running the network.
pub struct Program {
    /// In the order in which they run.
    pub stages: Vec<Stage>,
    /// The gradients, in the order in which they run; empty for inference.
    pub backward: Vec<Backward>,
    pub buffers: Vec<Buffer>,
    /// Per node: the buffer that holds its value, if the value exists.
    pub values: Vec<Option<BufferId>>,
    /// Per node: the buffer that holds its gradient, if one is computed.
    pub gradients: Vec<Option<BufferId>>,
    /// The arena, per sample.
    pub floats: u64,
    /// How many stages, of inference, a sample of a large batch runs through alone; then all samples go on together.
    pub by_sample: usize,
}

/// How the products of a convolution are computed: tap by tap, by Strassen's multiplication of matrices, by Winograd's tiles
/// of so many outputs a side, or of four rows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Method {
    Direct,
    Strassen,
    Winograd(u64),
    WinogradColumns,
}

/// One method for batches of fewer than `from` samples, one for all others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ByBatch {
    pub few: Method,
    pub many: Method,
    pub from: u64,
}

impl ByBatch {
    pub const DIRECT: Self = Self::always(Method::Direct);

    pub const fn always(method: Method) -> Self {
        Self { few: method, many: method, from: 0 }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Direct => f.write_str("direct"),
            Self::Strassen => f.write_str("strassen"),
            Self::Winograd(size) => write!(f, "F({size}x{size})"),
            Self::WinogradColumns => f.write_str("F(4x1)"),
        }
    }
}

impl fmt::Display for ByBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.few == self.many {
            write!(f, "{}", self.few)
        } else {
            write!(f, "{}, from batch {} {}", self.few, self.from, self.many)
        }
    }
}

/// One fused stage.
pub struct Stage {
    pub kind: Kind,
    /// How a convolution's products are computed.
    pub method: ByBatch,
    /// Weights are read in half precision.
    pub half: bool,
    /// The values it reads: a convolution's input; all operands of a sum.
    pub inputs: Vec<NodeId>,
    /// Added before the activation.
    pub residual: Option<NodeId>,
    pub activation: Option<Activation>,
    /// A 2x2 max pool of stride 2 at the end.
    pub pool: bool,
    /// The node whose value it writes.
    pub output: NodeId,
    /// All nodes that it computes, in order.
    pub nodes: Vec<NodeId>,
    pub weights: Option<WeightsId>,
    /// A batch norm with running statistics, folded into a convolution.
    pub folded: Option<(WeightsId, f64)>,
    /// In training: winners of a fused pool, or the statistics of a batch norm.
    pub saved: Option<BufferId>,
    /// Inference mode, not trained.
    pub frozen: bool,
}

/// What a stage does before its epilogue.
#[derive(Clone, PartialEq, Debug)]
pub enum Kind {
    Conv(Conv),
    Norm {
        eps: f64,
        momentum: f64,
    },
    MaxPool(Window),
    AvgPool(Window),
    Gap,
    Flatten,
    Widen {
        before: u64,
    },
    Upsample {
        factor: (u64, u64),
        bilinear: bool,
    },
    Activation,
    Maxout {
        k: u64,
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
    /// The slot of the inner network's workspace.
    Network {
        slot: usize,
    },
}

/// The backward stage of `Program::stages[stage]`.
pub struct Backward {
    pub stage: usize,
    /// Where a convolution keeps the gradient of its sums, before pool and activation.
    pub sums: Option<BufferId>,
    /// Per input of the stage: where its gradient goes.
    pub inputs: Vec<Option<Target>>,
    pub residual: Option<Target>,
    /// How a convolution's gradients are computed.
    pub input_method: ByBatch,
    pub weight_method: ByBatch,
    pub train_weights: bool,
    /// The weights are shared and another stage has written their gradient.
    pub accumulate: bool,
    /// It runs only when the gradient of the network's input is asked for.
    pub only_for_input: bool,
}

/// A gradient to write or to add to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Target {
    pub buffer: BufferId,
    pub accumulate: bool,
    /// The gradient of the network's input, which only an outer network asks for: nothing upstream is trained.
    pub only_for_input: bool,
}

/// A place in the arena.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Buffer {
    pub what: What,
    /// Height, width, depth.
    pub extent: (u64, u64, u64),
    /// Zeros at the top, left, bottom, right.
    pub border: [u64; 4],
    pub planar: bool,
    /// The buffer of which this one is a part, and its first channel block in it.
    pub part_of: Option<(BufferId, u64)>,
    /// Floats per sample before it; a multiple of 16.
    pub offset: u64,
    /// The steps at which it is first written and last read.
    pub live: (usize, usize),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    Value(NodeId),
    Gradient(NodeId),
    /// The gradient of a convolution's sums.
    Sums(NodeId),
    /// Winners or statistics: `extent` is the number of floats.
    Saved(NodeId),
}

impl Buffer {
    /// Channel blocks of 16, or planes.
    pub fn own_blocks(&self) -> u64 {
        if self.planar { self.extent.2 } else { self.extent.2.div_ceil(16) }
    }

    /// Floats of one sample, a multiple of 16.
    pub fn floats(&self) -> u64 {
        let [top, left, bottom, right] = self.border;
        let lanes = if self.planar { 1 } else { 16 };
        let plane = (top + self.extent.0 + bottom) * (left + self.extent.1 + right) * lanes;
        (plane * self.own_blocks()).next_multiple_of(16)
    }
}

impl Program {
    /// The buffer that owns the memory of `id`, and the first block of `id` in it.
    pub fn root(&self, id: BufferId) -> (BufferId, u64) {
        let (mut id, mut first) = (id, 0);
        while let Some((parent, block)) = self.buffers[id].part_of {
            id = parent;
            first += block;
        }
        (id, first)
    }

    /// The node whose value stands for that of `node`.
    pub fn canonical(&self, node: NodeId) -> NodeId {
        match self.values[node].map(|id| self.buffers[id].what) {
            Some(What::Value(canonical)) => canonical,
            _ => node,
        }
    }

    /// The largest buffer and what it holds, for the text of a broken budget.
    pub fn largest(&self) -> Option<&Buffer> {
        self.buffers.iter().filter(|b| b.part_of.is_none()).max_by_key(|b| b.floats())
    }

    /// Prints the program as a table.
    pub fn table(&self, graph: &Graph) -> String {
        Table { program: self, graph }.to_string()
    }
}

struct Table<'a> {
    program: &'a Program,
    graph: &'a Graph,
}

impl Table<'_> {
    fn buffer(&self, id: BufferId) -> String {
        let (root, first) = self.program.root(id);
        let buffer = &self.program.buffers[id];
        let (h, w, c) = buffer.extent;
        let name = match buffer.what {
            What::Value(n) => format!("x{n}"),
            What::Gradient(n) => format!("d{n}"),
            What::Sums(n) => format!("z{n}"),
            What::Saved(n) => format!("s{n}"),
        };
        let part = if root == id { String::new() } else { format!(" block {first}") };
        let layout = if buffer.planar { " planar" } else { "" };
        format!("{name}[{h}x{w}x{c}{layout} @{}{part}]", self.program.buffers[root].offset)
    }

    fn stage(&self, stage: &Stage) -> String {
        let mut text: Vec<&str> = stage.nodes.iter().map(|&n| self.graph.nodes[n].text.as_str()).collect();
        if text.is_empty() {
            text.push("?");
        }
        text.join(" -> ")
    }

    fn value(&self, node: NodeId) -> String {
        self.program.values[node].map_or_else(String::new, |id| self.buffer(id))
    }
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, stage) in self.program.stages.iter().enumerate() {
            let inputs: Vec<String> = stage.inputs.iter().chain(&stage.residual).map(|&n| self.value(n)).collect();
            write!(f, "{i:>3}  {}: {} -> {}", self.stage(stage), inputs.join(" + "), self.value(stage.output))?;
            if let Some(saved) = stage.saved {
                write!(f, ", saves {}", self.buffer(saved))?;
            }
            if stage.method != ByBatch::DIRECT {
                write!(f, ", by {}", stage.method)?;
            }
            if stage.half {
                write!(f, ", f16 weights")?;
            }
            writeln!(f)?;
        }
        for back in &self.program.backward {
            let stage = &self.program.stages[back.stage];
            let gradient = self.program.gradients[stage.output].map_or_else(String::new, |id| self.buffer(id));
            let mut gives: Vec<String> = Vec::new();
            for target in back.inputs.iter().chain(std::iter::once(&back.residual)).flatten() {
                let sign = if target.accumulate { "+= " } else { "" };
                let note = if target.only_for_input { " if asked for" } else { "" };
                gives.push(format!("{sign}{}{note}", self.buffer(target.buffer)));
            }
            if back.input_method != ByBatch::DIRECT && back.inputs.iter().any(Option::is_some) {
                gives.push(format!("by {}", back.input_method));
            }
            if back.train_weights {
                gives.push(if back.accumulate { "+= weights".into() } else { "weights".into() });
                if back.weight_method != ByBatch::DIRECT {
                    gives.push(format!("by {}", back.weight_method));
                }
            }
            writeln!(f, "{:>3}' {}: {gradient} -> {}", back.stage, self.stage(stage), gives.join(", "))?;
        }
        writeln!(f, "arena: {} floats per sample", self.program.floats)?;
        match self.program.by_sample {
            0 => Ok(()),
            stages => writeln!(f, "sample by sample: 0 to {}", stages - 1),
        }
    }
}

/// Whether the value of a node is its input's: nothing happens to the numbers.
pub fn is_identity(node: &Node, training: bool) -> bool {
    match node.op {
        Op::Dropout { p } => !training || node.frozen || p == 0.0,
        Op::Softmax => training,
        _ => false,
    }
}
