//! A typed constant for each name given with `@`, and the code that stops in the middle of a fused stage.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use super::cpu::call;
use super::stages::Stages;
use super::{Plan, number, types};
use crate::ir::{Graph, NodeId, Op, Tap};
use crate::plan::Stage;

/// `pub const FC7: Tap<Self, Features<4096>>` for each `@`.
pub fn taps(plan: &Plan<'_>) -> TokenStream {
    let vis = &plan.graph.visibility;
    let all = plan.graph.taps.iter().map(|tap| {
        let (name, node) = (&tap.name, &plan.graph.nodes[tap.node]);
        let (shape, value) = (types::shape(node.volume), tap_value(plan, tap));
        let doc = format!("What `{}` gives, {}: for `features_at`.", tap.name, node.volume);
        quote! {
            #[doc = #doc]
            #vis const #name: ::convnet_runtime::network::Tap<Self, #shape> = #value;
        }
    });
    quote!(#(#all)*)
}

/// Where a tap's value is: after a stage, or in the middle of one, which then is run only so far.
fn tap_value(plan: &Plan<'_>, tap: &Tap) -> TokenStream {
    let Some((index, stage, cut)) = find(plan, tap.node) else {
        // The input itself.
        return quote!(::convnet_runtime::network::Tap::after(
            0,
            <Self as ::convnet_runtime::network::Network>::INFERENCE.input
        ));
    };
    let place = place(plan, &stage, cut);
    if cut {
        let function = cut_name(tap);
        let index = number(index as u64);
        quote!(::convnet_runtime::network::Tap::within(#index, Self::#function, #place))
    } else {
        let index = number(index as u64 + 1);
        quote!(::convnet_runtime::network::Tap::after(#index, #place))
    }
}

/// The stage that computes a node, and whether the node is not its last.
fn find(plan: &Plan<'_>, node: NodeId) -> Option<(usize, Stage, bool)> {
    let program = plan.inference;
    if let Some(value) = program.values[node] {
        let index = program.stages.iter().position(|s| program.values[s.output] == Some(value))?;
        return Some((index, copy(&program.stages[index]), false));
    }
    let index = program.stages.iter().position(|s| s.nodes.contains(&node))?;
    Some((index, cut_at(plan.graph, &program.stages[index], node), true))
}

fn copy(stage: &Stage) -> Stage {
    Stage { kind: stage.kind.clone(), inputs: stage.inputs.clone(), nodes: stage.nodes.clone(), ..*stage }
}

/// The stage without what comes after `node`.
fn cut_at(graph: &Graph, stage: &Stage, node: NodeId) -> Stage {
    let mut cut = copy(stage);
    let end = stage.nodes.iter().position(|&n| n == node).map_or(stage.nodes.len(), |i| i + 1);
    for &dropped in &stage.nodes[end..] {
        match graph.nodes[dropped].op {
            Op::Bn { .. } => cut.folded = None,
            Op::Add => cut.residual = None,
            Op::Activation(_) => cut.activation = None,
            _ => cut.pool = false,
        }
    }
    cut.nodes.truncate(end);
    cut.output = node;
    cut
}

fn cut_name(tap: &Tap) -> Ident {
    format_ident!("tap_{}", tap.name.to_string().to_lowercase())
}

/// The buffer that a tap is read from. What a cut stage gives lies behind the arena.
fn place(plan: &Plan<'_>, stage: &Stage, cut: bool) -> TokenStream {
    let program = plan.inference;
    let (offset, extent, planar, border, part) = match program.values[stage.output] {
        Some(id) if !cut => {
            let (root, first) = program.root(id);
            let (buffer, whole) = (&program.buffers[id], &program.buffers[root]);
            (whole.offset, buffer.extent, buffer.planar, whole.border, (root != id).then_some((whole.extent, first)))
        }
        _ => (program.floats, plan.graph.nodes[stage.output].volume.hwc(), false, [0; 4], None),
    };
    let numbers = |(h, w, c): (u64, u64, u64)| super::numbers(&[h, w, c]);
    let (offset, border, make) =
        (number(offset), super::numbers(&border), if planar { quote!(planar) } else { quote!(blocked) });
    let (own, whole) = (numbers(extent), part.map(|(whole, first)| (numbers(whole), number(first))));
    match whole {
        None => quote!(::convnet_runtime::cpu::map::Buffer::#make(#offset, #own, #border)),
        Some((whole, first)) => {
            quote!(::convnet_runtime::cpu::map::Buffer::blocked(#offset, #whole, #border).part(#first, #own))
        }
    }
}

/// A function for each tap in the middle of a stage.
pub fn cut_functions(plan: &Plan<'_>) -> TokenStream {
    let ident = &plan.graph.name;
    let stages = Stages { program: plan.inference, prefix: "" };
    let all = plan.graph.taps.iter().filter_map(|tap| {
        let (_, stage, cut) = find(plan, tap.node)?;
        if !cut {
            return None;
        }
        let name = cut_name(tap);
        let output = place(plan, &stage, true);
        let constant = stages.stage_to(&stage, Some(&format_ident!("CUT")));
        let call = call(plan.graph, &constant, &stage, false);
        let net = if stage.weights.is_some() { quote!(net) } else { quote!(_) };
        Some(quote! {
            impl #ident {
                #[doc(hidden)]
                fn #name(#net: &Self, run: &mut rt::Run<'_>) {
                    const CUT: rt::Buffer = #output;
                    #call
                }
            }
        })
    });
    quote!(#(#all)*)
}
