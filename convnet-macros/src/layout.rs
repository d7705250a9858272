//! Stages in, values with a place out: which layout each value has, how wide a border its readers need, and which
//! values lie inside the buffer of the concatenation that they go into.

use crate::fuse::{Fused, output_nodes};
use crate::ir::{Graph, Node, NodeId, Op, Window};
use crate::plan::{Buffer, BufferId, Kind, Program, Stage, What};

/// Inputs of at most this depth lie in planes: blocks of 16 channels would be mostly padding.
const PLANAR_DEPTH: u64 = 12;

pub fn layout(graph: &Graph, fused: Fused) -> Program {
    let Fused { stages, alias, extent } = fused;
    let count = graph.nodes.len();
    let outputs: Vec<NodeId> = output_nodes(&graph.output).iter().map(|&n| alias[n]).collect();
    let mut buffers: Vec<Buffer> = Vec::new();
    let mut values: Vec<Option<BufferId>> = vec![None; count];
    for node in std::iter::once(0).chain(stages.iter().map(|s| s.output)) {
        values[node] = Some(buffers.len());
        buffers.push(Buffer {
            what: What::Value(node),
            extent: extent[node],
            border: border(&stages, &extent, node),
            planar: node == 0 && planar(graph, &outputs),
            part_of: None,
            offset: 0,
            live: (0, 0),
        });
    }
    let mut program = Program {
        stages,
        backward: Vec::new(),
        buffers,
        values,
        gradients: vec![None; count],
        floats: 0,
        by_sample: 0,
    };
    place_in_concatenations(&mut program, &outputs);
    for (node, &own) in alias.iter().enumerate() {
        program.values[node] = program.values[own];
    }
    program
}

/// The reads of a value: every stage, once per operand.
fn readers(stages: &[Stage], node: NodeId) -> impl Iterator<Item = &Stage> {
    stages.iter().filter(move |s| s.inputs.contains(&node) || s.residual == Some(node))
}

/// The input lies in planes where nothing but convolutions read it, whose weights are then packed for planes: in both
/// programs, and wherever else they are used.
fn planar(graph: &Graph, outputs: &[NodeId]) -> bool {
    let (_, _, depth) = graph.nodes[0].volume.hwc();
    let mut readers = graph.nodes.iter().filter(|node| node.inputs.contains(&0)).peekable();
    let shared_elsewhere =
        |reader: &Node| graph.nodes.iter().any(|node| node.weights == reader.weights && node.inputs != [0]);
    depth <= PLANAR_DEPTH
        && !outputs.contains(&0)
        && readers.peek().is_some()
        && readers.all(|node| matches!(&node.op, Op::Conv(conv) if conv.groups == 1) && !shared_elsewhere(node))
}

/// As wide as the windows of its readers reach.
fn border(stages: &[Stage], extent: &[(u64, u64, u64)], node: NodeId) -> [u64; 4] {
    let (height, width, _) = extent[node];
    let mut border = [0; 4];
    for stage in stages.iter().filter(|s| s.inputs.contains(&node)) {
        let Kind::Conv(conv) = &stage.kind else { continue };
        let window = &conv.window;
        let (rows, columns) = output_extent(window, height, width);
        let reach = |out: u64, size: u64, kernel: u64, stride: u64, pad: u64, dilation: u64| {
            ((out - 1) * stride + (kernel - 1) * dilation).saturating_sub(pad + size - 1)
        };
        let (k, s, p, d) = (window.kernel, window.stride, window.pad_before, window.dilation);
        let need = [p.0, p.1, reach(rows, height, k.0, s.0, p.0, d.0), reach(columns, width, k.1, s.1, p.1, d.1)];
        border = widest(border, need);
    }
    border
}

/// Height and width of what a convolution's window gives; its padding is explicit by now.
pub fn output_extent(window: &Window, height: u64, width: u64) -> (u64, u64) {
    let one = |size: u64, kernel: u64, stride: u64, pad: u64, dilation: u64| {
        (size + pad).saturating_sub((kernel - 1) * dilation + 1) / stride + 1
    };
    let pad = (window.pad_before.0 + window.pad_after.0, window.pad_before.1 + window.pad_after.1);
    (
        one(height, window.kernel.0, window.stride.0, pad.0, window.dilation.0),
        one(width, window.kernel.1, window.stride.1, pad.1, window.dilation.1),
    )
}

pub fn widest(a: [u64; 4], b: [u64; 4]) -> [u64; 4] {
    std::array::from_fn(|i| a[i].max(b[i]))
}

/// A value that goes nowhere but into a concatenation, on a boundary of 16 channels, is written there at once.
fn place_in_concatenations(program: &mut Program, outputs: &[NodeId]) {
    for index in 0..program.stages.len() {
        let stage = &program.stages[index];
        let (Kind::Concat, Some(whole)) = (&stage.kind, program.values[stage.output]) else { continue };
        let mut channel = 0;
        for (i, &input) in stage.inputs.iter().enumerate() {
            let Some(part) = program.values[input] else { continue };
            let depth = program.buffers[part].extent.2;
            let last = i + 1 == stage.inputs.len();
            let alone = readers(&program.stages, input).count() == 1
                && stage.inputs.iter().filter(|&&n| n == input).count() == 1
                && !outputs.contains(&input);
            if input != 0 && alone && channel % 16 == 0 && (last || depth.is_multiple_of(16)) {
                program.buffers[part].part_of = Some((whole, channel / 16));
            }
            channel += depth;
        }
    }
    share_borders(program);
}

/// Parts have the border of the buffer that they lie in, and it has the widest of theirs.
pub fn share_borders(program: &mut Program) {
    for id in 0..program.buffers.len() {
        let (root, _) = program.root(id);
        program.buffers[root].border = widest(program.buffers[root].border, program.buffers[id].border);
    }
    for id in 0..program.buffers.len() {
        let (root, _) = program.root(id);
        program.buffers[id].border = program.buffers[root].border;
    }
}
