//! The pipeline: parse -> lower -> plan -> emit.

use proc_macro2::TokenStream;
use quote::quote;

use crate::ast::BudgetKind;
use crate::diag::{self, Errors};
use crate::emit::{self, Plan};
use crate::ir::{Graph, Op};
use crate::plan::Program;
use crate::{arena, backward, count, fuse, layout, lower, method, parse, samples};

pub fn expand(input: TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Some(network) = parse::parse(input, &mut errors) else { return errors.to_compile_error() };
    let graph = lower::lower(network, &mut errors);
    let counts = count::count(&graph, &mut errors);
    for id in backward::blocked_networks(&graph) {
        errors.at(&graph.nodes[id].tokens, diag::frozen_network_blocks(&graph.nodes[id].text));
    }
    if errors.is_empty() {
        let (inference, training) = (plan(&graph, false), plan(&graph, true));
        memory_budgets(&graph, &inference, &training, &mut errors);
        if errors.is_empty() {
            return emit::emit(&Plan { graph: &graph, counts: &counts, inference: &inference, training: &training });
        }
    }
    let (errors, stub) = (errors.to_compile_error(), emit::stub(&graph));
    quote! { #errors #stub }
}

/// One program of a network that is right.
pub fn plan(graph: &Graph, training: bool) -> Program {
    let as_layer = emit::backbone(graph).is_some() && !graph.nodes.iter().any(|n| n.frozen && is_network(&n.op));
    let mut program = layout::layout(graph, fuse::fuse(graph, training, as_layer));
    if training {
        backward::add_backward(graph, &mut program, as_layer);
    }
    method::choose(graph, &mut program);
    arena::place(graph, &mut program);
    if !training {
        samples::choose(&mut program);
    }
    program
}

fn is_network(op: &Op) -> bool {
    matches!(op, Op::Network(_))
}

/// The arenas are known here; with networks as layers, the generated constants are asserted instead.
fn memory_budgets(graph: &Graph, inference: &Program, training: &Program, errors: &mut Errors) {
    if graph.nodes.iter().any(|n| is_network(&n.op)) {
        return;
    }
    for budget in &graph.budgets {
        let program = match budget.kind {
            BudgetKind::Activations => inference,
            BudgetKind::Train => training,
            BudgetKind::Params | BudgetKind::Macs => continue,
        };
        let bytes = program.floats.saturating_mul(4);
        if bytes > budget.limit {
            errors.at(&budget.tokens, diag::memory_budget(graph, program, bytes, budget));
        }
    }
}
