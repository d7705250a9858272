//! Graph in, stages out: one function per fusion rule. A stage is placed where the last of its nodes stood, so that
//! everything it reads has been computed.

use crate::backward::trained_upstream;
use crate::ir::{Bias, Conv, ConvKind, Graph, Node, NodeId, Op, Output, Window};
use crate::plan::{ByBatch, Kind, Stage, is_identity};
use crate::shape::Rounding;

/// The stages of one program and, per node, the node whose value stands for its own (itself, or the one before a
/// dropout that does nothing, a flatten that costs nothing, ...).
pub struct Fused {
    pub stages: Vec<Stage>,
    pub alias: Vec<NodeId>,
    /// Per node: height, width, depth as they lie in memory. A flatten that only fully connected layers see keeps the
    /// volume that it was given.
    pub extent: Vec<(u64, u64, u64)>,
}

/// `as_layer`: an outer network may ask for the gradient of the input.
pub fn fuse(graph: &Graph, training: bool, as_layer: bool) -> Fused {
    Fuser::new(graph, training, as_layer).run()
}

struct Fuser<'a> {
    graph: &'a Graph,
    training: bool,
    /// Per node: a gradient may have to pass through it.
    passes_gradient: Vec<bool>,
    alias: Vec<NodeId>,
    extent: Vec<(u64, u64, u64)>,
    /// Per node: who reads it, with aliases looked through.
    readers: Vec<Vec<NodeId>>,
    outputs: Vec<NodeId>,
    taken: Vec<bool>,
}

impl<'a> Fuser<'a> {
    fn new(graph: &'a Graph, training: bool, as_layer: bool) -> Self {
        let count = graph.nodes.len();
        let trained = trained_upstream(graph);
        let passes_gradient = graph
            .nodes
            .iter()
            .map(|n| training && (as_layer || n.inputs.iter().any(|&input| trained[input])))
            .collect();
        let mut fuser = Self {
            graph,
            training,
            passes_gradient,
            alias: (0..count).collect(),
            extent: graph.nodes.iter().map(|n| n.volume.hwc()).collect(),
            readers: vec![Vec::new(); count],
            outputs: output_nodes(&graph.output),
            taken: vec![false; count],
        };
        for id in 0..count {
            let node = &graph.nodes[id];
            let Some(&first) = node.inputs.first() else { continue };
            let flatten = matches!(node.op, Op::Flatten) && fuser.only_for_fc(id);
            if is_identity(node, training) || flatten {
                fuser.alias[id] = fuser.alias[first];
                fuser.extent[id] = fuser.extent[first];
            } else if matches!(node.op, Op::Activation(_) | Op::Dropout { .. }) {
                fuser.extent[id] = fuser.extent[first];
            }
        }
        for id in 0..count {
            if fuser.alias[id] == id {
                for &input in &graph.nodes[id].inputs {
                    let value = fuser.alias[input];
                    fuser.readers[value].push(id);
                }
            }
        }
        fuser.outputs = fuser.outputs.iter().map(|&n| fuser.alias[n]).collect();
        fuser
    }

    /// Whether a flatten's value reaches nothing but fully connected layers, at most through elementwise layers. Their
    /// weights are packed for the volume as it lies, so that nothing needs to move.
    fn only_for_fc(&self, id: NodeId) -> bool {
        if output_nodes(&self.graph.output).contains(&id) {
            return false;
        }
        let mut readers = self.graph.nodes.iter().enumerate().filter(|(_, n)| n.inputs.contains(&id)).peekable();
        readers.peek().is_some()
            && readers.all(|(reader, node)| match &node.op {
                Op::Conv(conv) => conv.kind == ConvKind::Fc && !self.is_shared(node),
                Op::Activation(_) | Op::Dropout { .. } => self.only_for_fc(reader),
                _ => false,
            })
    }

    /// Other nodes use the weights too: they are packed once, for features.
    fn is_shared(&self, node: &Node) -> bool {
        self.graph.nodes.iter().filter(|other| other.weights == node.weights).count() > 1
    }

    fn run(mut self) -> Fused {
        let mut placed: Vec<(NodeId, Stage)> = Vec::new();
        // Sums first: each belongs to the branch that is computed last, if that branch can take it in.
        let hosts: Vec<Option<NodeId>> = (0..self.graph.nodes.len()).map(|id| self.host_of_sum(id)).collect();
        let mut slot = 0;
        for id in 1..self.graph.nodes.len() {
            if self.taken[id] || self.alias[id] != id {
                continue;
            }
            let mut stage = self.stage(id, &mut slot);
            self.fuse_norm(&mut stage);
            self.fuse_sum(&mut stage, &hosts);
            self.fuse_activation(&mut stage);
            self.fuse_pool(&mut stage);
            for &node in &stage.nodes {
                self.taken[node] = true;
            }
            placed.push((stage.output, stage));
        }
        placed.sort_by_key(|(position, _)| *position);
        let stages = placed.into_iter().map(|(_, stage)| stage).collect();
        Fused { stages, alias: self.alias, extent: self.extent }
    }

    fn stage(&self, id: NodeId, slot: &mut usize) -> Stage {
        let node = &self.graph.nodes[id];
        let inputs: Vec<NodeId> = node.inputs.iter().map(|&n| self.alias[n]).collect();
        let mut activation = None;
        let kind = match &node.op {
            Op::Input | Op::Add => Kind::Add,
            Op::Conv(conv) => Kind::Conv(self.whole_input(conv, inputs[0])),
            Op::MaxPool(window) => Kind::MaxPool(*window),
            Op::AvgPool(window) => Kind::AvgPool(*window),
            Op::Gap => Kind::Gap,
            Op::Flatten => Kind::Flatten,
            Op::Widen { before } => Kind::Widen { before: *before },
            Op::Upsample { factor, bilinear } => Kind::Upsample { factor: *factor, bilinear: *bilinear },
            Op::Activation(a) => {
                activation = Some(*a);
                Kind::Activation
            }
            Op::Maxout { k } => Kind::Maxout { k: *k },
            Op::Bn { eps, momentum } => Kind::Norm { eps: *eps, momentum: *momentum },
            Op::Lrn { n, alpha, beta, k, within } => {
                Kind::Lrn { n: *n, alpha: *alpha, beta: *beta, k: *k, within: *within }
            }
            Op::Dropout { p } => Kind::Dropout { p: *p },
            Op::Softmax => Kind::Softmax,
            Op::Concat => Kind::Concat,
            Op::Network(_) => {
                *slot += 1;
                Kind::Network { slot: *slot - 1 }
            }
        };
        Stage {
            half: !self.training && matches!(kind, Kind::Conv(Conv { half: true, .. })),
            kind,
            method: ByBatch::DIRECT,
            inputs,
            residual: None,
            activation,
            pool: false,
            output: id,
            nodes: vec![id],
            weights: node.weights,
            folded: None,
            saved: None,
            frozen: node.frozen,
        }
    }

    /// A fully connected layer is a convolution whose window is the whole input as it lies.
    fn whole_input(&self, conv: &Conv, input: NodeId) -> Conv {
        if conv.kind != ConvKind::Fc {
            return *conv;
        }
        let (h, w, _) = self.extent[input];
        let window = Window {
            kernel: (h, w),
            stride: (1, 1),
            pad_before: (0, 0),
            pad_after: (0, 0),
            dilation: (1, 1),
            rounding: Rounding::Exact,
        };
        Conv { window, ..*conv }
    }

    /// The only reader of a stage's value so far, unless the value is also an output.
    fn only_reader(&self, id: NodeId) -> Option<NodeId> {
        match self.readers[id][..] {
            [reader] if !self.outputs.contains(&id) => Some(reader),
            _ => None,
        }
    }

    /// Convolution and batch norm are one while the statistics do not depend on the batch.
    fn fuse_norm(&self, stage: &mut Stage) {
        let Kind::Conv(conv) = &stage.kind else { return };
        let Some(reader) = self.only_reader(stage.output) else { return };
        let node = &self.graph.nodes[reader];
        let (Op::Bn { eps, .. }, Some(weights)) = (&node.op, node.weights) else { return };
        let fixed = !self.training || (node.frozen && stage.frozen && !self.passes_gradient[stage.output]);
        if fixed && conv.bias != Bias::Position {
            stage.folded = Some((weights, *eps));
            stage.nodes.push(reader);
            stage.output = reader;
        }
    }

    /// The operand of a sum of two that is computed last and whose stage can add the other one.
    fn host_of_sum(&self, id: NodeId) -> Option<NodeId> {
        let node = &self.graph.nodes[id];
        if !matches!(node.op, Op::Add) || node.inputs.len() != 2 {
            return None;
        }
        let (a, b) = (self.alias[node.inputs[0]], self.alias[node.inputs[1]]);
        let last = a.max(b);
        // A norm adds, too, on its own or as part of a convolution.
        let adds = matches!(self.graph.nodes[last].op, Op::Conv(_) | Op::Bn { .. });
        (a != b && adds && self.only_reader(last) == Some(id)).then_some(last)
    }

    fn fuse_sum(&self, stage: &mut Stage, hosts: &[Option<NodeId>]) {
        if !matches!(stage.kind, Kind::Conv(_) | Kind::Norm { .. }) {
            return;
        }
        let Some(sum) = self.only_reader(stage.output) else { return };
        if hosts[sum] != Some(stage.output) || self.graph.nodes[sum].frozen != stage.frozen {
            return;
        }
        let other = self.graph.nodes[sum].inputs.iter().map(|&n| self.alias[n]).find(|&n| n != stage.output);
        stage.residual = other;
        stage.nodes.push(sum);
        stage.output = sum;
    }

    fn fuse_activation(&self, stage: &mut Stage) {
        if !matches!(stage.kind, Kind::Conv(_) | Kind::Norm { .. } | Kind::Add) {
            return;
        }
        let Some(reader) = self.only_reader(stage.output) else { return };
        if let Op::Activation(activation) = self.graph.nodes[reader].op {
            stage.activation = Some(activation);
            stage.nodes.push(reader);
            stage.output = reader;
        }
    }

    /// A 2x2 max pool of stride 2 never sees the volume before it.
    fn fuse_pool(&self, stage: &mut Stage) {
        let Kind::Conv(conv) = &stage.kind else { return };
        let Some(reader) = self.only_reader(stage.output) else { return };
        let Op::MaxPool(window) = self.graph.nodes[reader].op else { return };
        let plain = window.kernel == (2, 2)
            && window.stride == (2, 2)
            && window.pad_before == (0, 0)
            && window.pad_after == (0, 0)
            && window.dilation == (1, 1);
        let (h, w, _) = self.extent[stage.output];
        let (oh, ow, _) = self.extent[reader];
        if plain && conv.kind != ConvKind::Fc && (oh, ow) == (h / 2, w / 2) {
            stage.pool = true;
            stage.nodes.push(reader);
            stage.output = reader;
        }
    }
}

/// The nodes that the network gives, in order.
pub fn output_nodes(output: &Output) -> Vec<NodeId> {
    match output {
        Output::Node(id) => vec![*id],
        Output::Heads(heads) => heads.iter().flat_map(|(_, head)| output_nodes(head)).collect(),
    }
}
