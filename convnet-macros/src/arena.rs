//! Gives every buffer its place: two buffers share memory when no step needs both.

use crate::backward::{reads_input, reads_output};
use crate::fuse::output_nodes;
use crate::ir::Graph;
use crate::plan::{BufferId, Program, What};

pub fn place(graph: &Graph, program: &mut Program) {
    live_times(graph, program);
    let mut roots: Vec<BufferId> =
        (0..program.buffers.len()).filter(|&id| program.buffers[id].part_of.is_none()).collect();
    // The largest first: small ones then fill the gaps.
    roots.sort_by_key(|&id| std::cmp::Reverse(program.buffers[id].floats()));
    let mut placed: Vec<BufferId> = Vec::new();
    for id in roots {
        let (first, last) = program.buffers[id].live;
        let size = program.buffers[id].floats();
        let mut taken: Vec<(u64, u64)> = placed
            .iter()
            .map(|&other| &program.buffers[other])
            .filter(|other| other.live.0 <= last && first <= other.live.1)
            .map(|other| (other.offset, other.offset + other.floats()))
            .collect();
        taken.sort_unstable();
        let mut offset = 0;
        for (begin, end) in taken {
            if begin >= offset + size {
                break;
            }
            offset = offset.max(end);
        }
        program.buffers[id].offset = offset;
        program.floats = program.floats.max(offset + size);
        placed.push(id);
    }
}

/// Step 0 loads the input, step i + 1 runs stage i, then comes the loss, then backward in reverse.
fn live_times(graph: &Graph, program: &mut Program) {
    let count = program.stages.len();
    let loss = count + 1;
    let end = 2 * count + 2;
    let mut live: Vec<Option<(usize, usize)>> = vec![None; program.buffers.len()];
    let mut at = |program: &Program, id: Option<BufferId>, step: usize| {
        let Some(id) = id else { return };
        let root = program.root(id).0;
        let (first, last) = live[root].unwrap_or((step, step));
        live[root] = Some((first.min(step), last.max(step)));
    };
    at(program, program.values[0], 0);
    for (index, stage) in program.stages.iter().enumerate() {
        for &node in stage.inputs.iter().chain(&stage.residual) {
            at(program, program.values[node], index + 1);
        }
        at(program, program.values[stage.output], index + 1);
        at(program, stage.saved, index + 1);
    }
    for node in output_nodes(&graph.output) {
        at(program, program.values[node], loss);
        at(program, program.gradients[program.canonical(node)], loss);
    }
    for back in &program.backward {
        let stage = &program.stages[back.stage];
        let step = end - 1 - back.stage;
        at(program, program.gradients[stage.output], step);
        at(program, back.sums, step);
        at(program, stage.saved, step);
        for target in back.inputs.iter().chain([&back.residual]).flatten() {
            at(program, Some(target.buffer), step);
        }
        if reads_input(stage, back) {
            at(program, program.values[stage.inputs[0]], step);
        }
        if reads_output(stage) {
            at(program, program.values[stage.output], step);
        }
    }
    if let Some(input) = program.gradients[0] {
        at(program, Some(input), end);
    }
    for (buffer, live) in program.buffers.iter_mut().zip(live) {
        buffer.live = live.unwrap_or((0, 0));
        debug_assert!(live.is_some() || buffer.part_of.is_some() || matches!(buffer.what, What::Gradient(_)));
    }
}
