//! Adds to the program of training what backward needs: the gradient of each value that something trained depends on,
//! the scratch of the convolutions, and what forward saves.

use crate::fuse::output_nodes;
use crate::ir::{Graph, NodeId, Op};
use crate::layout::{output_extent, share_borders, widest};
use crate::plan::{Backward, Buffer, BufferId, ByBatch, Kind, Program, Stage, Target, What};

/// Nodes that something trained lies at or before.
pub fn trained_upstream(graph: &Graph) -> Vec<bool> {
    let mut trained = vec![false; graph.nodes.len()];
    for (id, node) in graph.nodes.iter().enumerate() {
        let own = node.weights.is_some() && !node.frozen;
        trained[id] = own || node.inputs.iter().any(|&input| trained[input]);
    }
    trained
}

/// `as_layer`: an outer network may ask for the gradient of the input.
pub fn add_backward(graph: &Graph, program: &mut Program, as_layer: bool) {
    let trained = trained_upstream(graph);
    let mut written = vec![false; graph.nodes.len()];
    // The loss has written these.
    for node in output_nodes(&graph.output) {
        let value = program.canonical(node);
        written[value] = true;
        if value == 0 && as_layer {
            // Nothing happens to the input, nor to its gradient.
            gradient(program, value);
        }
    }
    let mut weights_written = vec![false; graph.weights.len()];
    for index in (0..program.stages.len()).rev() {
        let stage = &program.stages[index];
        let train_weights = stage.weights.is_some() && !stage.frozen;
        let upstream = stage.inputs.iter().chain(&stage.residual).any(|&n| trained[n]);
        let only_for_input = !train_weights && !upstream;
        let saves_statistics = matches!(stage.kind, Kind::Norm { .. }) && !stage.frozen;
        if only_for_input && !as_layer {
            continue;
        }
        if saves_statistics || stage.pool {
            save(program, index);
        }
        let (inputs, residual) = (program.stages[index].inputs.clone(), program.stages[index].residual);
        gradient(program, program.stages[index].output);
        let mut target = |program: &mut Program, node: NodeId| {
            if !trained[node] && !as_layer {
                return None;
            }
            let buffer = gradient(program, node);
            let accumulate = std::mem::replace(&mut written[node], true);
            Some(Target { buffer, accumulate, only_for_input: !trained[node] })
        };
        let residual = residual.and_then(|node| target(program, node));
        let inputs: Vec<_> = inputs.iter().map(|&node| target(program, node)).collect();
        let stage = &program.stages[index];
        let accumulate = match stage.weights {
            Some(weights) if train_weights => std::mem::replace(&mut weights_written[weights], true),
            _ => false,
        };
        let sums = sums(program, index, inputs.first().is_some_and(Option::is_some));
        program.backward.push(Backward {
            stage: index,
            sums,
            inputs,
            residual,
            input_method: ByBatch::DIRECT,
            weight_method: ByBatch::DIRECT,
            train_weights,
            accumulate,
            only_for_input,
        });
    }
    place_in_concatenations(program);
    share_borders(program);
}

/// The buffer of a value's gradient, made when first asked for.
fn gradient(program: &mut Program, node: NodeId) -> BufferId {
    if let Some(id) = program.gradients[node] {
        return id;
    }
    let (extent, planar) = match program.values[node] {
        Some(value) => (program.buffers[value].extent, program.buffers[value].planar),
        None => ((1, 1, 1), false),
    };
    let id = push(program, What::Gradient(node), extent, planar);
    program.gradients[node] = Some(id);
    id
}

fn push(program: &mut Program, what: What, extent: (u64, u64, u64), planar: bool) -> BufferId {
    program.buffers.push(Buffer { what, extent, border: [0; 4], planar, part_of: None, offset: 0, live: (0, 0) });
    program.buffers.len() - 1
}

/// Winners of a pool (one word of 2 bits each per 16 channels), or mean and variance per channel, two floats each.
fn save(program: &mut Program, index: usize) {
    let stage = &program.stages[index];
    let Some(value) = program.values[stage.output] else { return };
    let (height, width, depth) = program.buffers[value].extent;
    let blocks = depth.div_ceil(16);
    let floats = if stage.pool { height * width * blocks } else { 4 * blocks * 16 };
    let id = push(program, What::Saved(stage.output), (1, 1, floats.next_multiple_of(16)), true);
    program.stages[index].saved = Some(id);
}

/// Where a convolution keeps the gradient of its sums: scratch, or the gradient of its output where pool and
/// activation do not stand between. It has the border that the gradient of the input reads.
fn sums(program: &mut Program, index: usize, for_input: bool) -> Option<BufferId> {
    let stage = &program.stages[index];
    let Kind::Conv(conv) = &stage.kind else { return None };
    let (input, output) = (program.values[stage.inputs[0]]?, program.gradients[stage.output]?);
    let (height, width, _) = program.buffers[input].extent;
    let (rows, columns) = output_extent(&conv.window, height, width);
    let w = &conv.window;
    // As `dense::fits` of the runtime.
    let whole = conv.groups == 1
        && (rows, columns) == (1, 1)
        && w.kernel == (height, width)
        && w.pad_before == (0, 0)
        && w.dilation == (1, 1);
    let mut border = [0; 4];
    if for_input && !whole {
        let before = |kernel: u64, stride: u64, pad: u64, dilation: u64| {
            ((kernel - 1) * dilation).saturating_sub(pad).div_ceil(stride)
        };
        let after = |size: u64, out: u64, stride: u64, pad: u64| ((size - 1 + pad) / stride).saturating_sub(out - 1);
        border = [
            before(w.kernel.0, w.stride.0, w.pad_before.0, w.dilation.0),
            before(w.kernel.1, w.stride.1, w.pad_before.1, w.dilation.1),
            after(height, rows, w.stride.0, w.pad_before.0),
            after(width, columns, w.stride.1, w.pad_before.1),
        ];
    }
    let filters = conv.filters;
    let id = if stage.pool || stage.activation.is_some() {
        push(program, What::Sums(stage.output), (rows, columns, filters), false)
    } else {
        output
    };
    program.buffers[id].border = widest(program.buffers[id].border, border);
    Some(id)
}

/// Where a value lies in its concatenation, and nothing else reads it, its gradient lies in the concatenation's.
fn place_in_concatenations(program: &mut Program) {
    for node in 0..program.values.len() {
        let (Some(value), Some(gradient)) = (program.values[node], program.gradients[node]) else { continue };
        let Some((whole, block)) = program.buffers[value].part_of else { continue };
        let What::Value(concat) = program.buffers[whole].what else { continue };
        if let Some(parent) = program.gradients[concat] {
            program.buffers[gradient].part_of = Some((parent, block));
        }
    }
}

/// Whether backward reads the input of a stage.
pub fn reads_input(stage: &Stage, back: &Backward) -> bool {
    match stage.kind {
        Kind::Conv(_) => back.train_weights,
        Kind::Norm { .. } | Kind::MaxPool(_) | Kind::Maxout { .. } | Kind::Lrn { .. } => true,
        Kind::AvgPool(_)
        | Kind::Gap
        | Kind::Flatten
        | Kind::Widen { .. }
        | Kind::Upsample { .. }
        | Kind::Activation
        | Kind::Dropout { .. }
        | Kind::Softmax
        | Kind::Add
        | Kind::Concat
        | Kind::Network { .. } => false,
    }
}

/// Whether backward reads the output of a stage.
pub fn reads_output(stage: &Stage) -> bool {
    stage.activation.is_some()
}

/// A network that is frozen has no backward, so that nothing before it can be trained.
pub fn blocked_networks(graph: &Graph) -> Vec<NodeId> {
    let trained = trained_upstream(graph);
    let frozen = |id: NodeId| graph.nodes[id].frozen && matches!(graph.nodes[id].op, Op::Network(_));
    (0..graph.nodes.len()).filter(|&id| frozen(id) && graph.nodes[id].inputs.iter().any(|&n| trained[n])).collect()
}
