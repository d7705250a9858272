//! The network's tables: constants, rustdoc, and the assertions that compare the macro's numbers with the runtime's.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::{Plan, number, numbers};
use crate::ast::BudgetKind;
use crate::ir::{Graph, Node, NodeId, Op};
use crate::shape::{Rounding, Volume};

/// The nodes that have a row in tables: layers, not `+`, `|` or the input.
fn rows(graph: &Graph) -> impl Iterator<Item = (NodeId, &Node)> {
    graph.nodes.iter().enumerate().filter(|(_, node)| !node.key.is_empty())
}

/// The layer table as rustdoc, behind what the user wrote.
pub fn table(plan: &Plan<'_>) -> TokenStream {
    let graph = plan.graph;
    let own = graph.attributes.iter().any(|a| a.path().is_ident("doc"));
    let title = if own { String::new() } else { format!("The network `{}`.", graph.name) };
    let head = format!(
        "{title}\n\n| name | layer | gives | parameters | MACs |\n| --- | --- | --- | ---: | ---: |\n| | `input` | {} | | |\n",
        graph.nodes[0].volume
    );
    let layers = rows(graph).map(|(id, node)| {
        let counts = &plan.counts.nodes[id];
        let (params, macs) = (cell(&counts.params), cell(&counts.macs));
        let (name, layer, volume) = (&node.key, node.text.replace('|', "\\|"), node.volume);
        format!("| {name} | `{layer}` | {volume} | {params} | {macs} |\n")
    });
    let total = format!("| | **total** | | {} | {} |\n", plan.counts.params, plan.counts.macs);
    let text: String = std::iter::once(head).chain(layers).chain([total]).collect();
    quote!(#[doc = #text])
}

fn cell(count: &crate::count::Count) -> String {
    if count.is_zero() { String::new() } else { count.to_string() }
}

/// The constants of `impl Network`.
pub fn constants(plan: &Plan<'_>) -> TokenStream {
    let (graph, counts) = (plan.graph, plan.counts);
    let (params, macs) = (counts.params.tokens("PARAMS"), counts.macs.tokens("MACS"));
    let inner = |constant: &str| inner_sum(graph, constant);
    let (activations, train) = (number(plan.inference.floats * 4), number(plan.training.floats * 4));
    let (inner_activations, inner_train) = (inner("ACTIVATION_BYTES"), inner("TRAIN_BYTES_PER_SAMPLE"));
    let (field, stride) = (counts.receptive_field.tokens(), counts.stride.tokens());
    let layers = rows(graph).map(|(id, node)| {
        let counts = &counts.nodes[id];
        let (name, kind) = (&node.key, &node.text);
        let (h, w, c) = node.volume.hwc();
        let volume = numbers(&[h, w, c]);
        let features = matches!(node.volume, Volume::Features(_));
        let (params, macs) = (counts.params.tokens("PARAMS"), counts.macs.tokens("MACS"));
        let (field, stride) = (counts.receptive_field.tokens(), counts.stride.tokens());
        let frozen = node.frozen;
        quote!(rt::Layer {
            name: #name, kind: #kind, volume: #volume, features: #features, params: #params, macs: #macs,
            receptive_field: #field, stride: #stride, frozen: #frozen,
        })
    });
    let text = format!("inference\n{}\ntraining\n{}", plan.inference.table(graph), plan.training.table(graph));
    quote! {
        const PARAMS: u64 = #params;
        const MACS: u64 = #macs;
        const ACTIVATION_BYTES: u64 = #activations #inner_activations;
        const TRAIN_BYTES_PER_SAMPLE: u64 = #train #inner_train;
        const RECEPTIVE_FIELD: (u64, u64) = #field;
        const STRIDE: (u64, u64) = #stride;
        const LAYERS: &'static [rt::Layer] = &[#(#layers),*];
        const PLAN: &'static str = #text;
    }
}

/// `+ <Backbone as Network>::PARAMS` for each network used as a layer.
fn inner_sum(graph: &Graph, constant: &str) -> TokenStream {
    let constant = quote::format_ident!("{constant}");
    let paths = graph.nodes.iter().filter_map(|node| match &node.op {
        Op::Network(path) => Some(quote!(+ <#path as rt::Network>::#constant)),
        _ => None,
    });
    quote!(#(#paths)*)
}

/// The macro's arithmetic and the runtime's are the same.
pub fn checks(plan: &Plan<'_>) -> TokenStream {
    let graph = plan.graph;
    let mut checks = TokenStream::new();
    for node in &graph.nodes {
        let window = match &node.op {
            Op::Conv(conv) => &conv.window,
            Op::MaxPool(window) | Op::AvgPool(window) => window,
            _ => continue,
        };
        let ((height, width, _), (rows, columns, _)) = (graph.nodes[node.inputs[0]].volume.hwc(), node.volume.hwc());
        let rounding = match window.rounding {
            Rounding::Exact => quote!(Exact),
            // `same` has become explicit padding.
            Rounding::Floor | Rounding::Same => quote!(Floor),
            Rounding::Ceil => quote!(Ceil),
        };
        let axis = |size: u64, kernel: u64, stride: u64, before: u64, after: u64, dilation: u64, out: u64| {
            let [size, kernel, stride, before, after, dilation, out] =
                [size, kernel, stride, before, after, dilation, out].map(number);
            quote!(rt::extends(#size, #kernel, #stride, [#before, #after], #dilation, rt::Rounding::#rounding, #out))
        };
        let (k, s, b, a, d) = (window.kernel, window.stride, window.pad_before, window.pad_after, window.dilation);
        let down = axis(height, k.0, s.0, b.0, a.0, d.0, rows);
        let across = axis(width, k.1, s.1, b.1, a.1, d.1, columns);
        checks.extend(quote!(
            const _: () = assert!(#down && #across);
        ));
    }
    checks.extend(budget_checks(plan));
    checks
}

/// Inner networks are what was stated. These stand before all that uses the networks, so that what is no network is reported
/// at its name.
pub fn network_checks(graph: &Graph) -> TokenStream {
    let check = |node: &Node| match &node.op {
        Op::Network(path) => Some(network_check(graph, node, path)),
        _ => None,
    };
    graph.nodes.iter().filter_map(check).collect()
}

/// The volume stated after an inner network is what it gives, the volume before it what it takes: said in words, and on
/// the network's own name.
fn network_check(graph: &Graph, node: &Node, path: &syn::Path) -> TokenStream {
    let text = crate::count::text(path);
    let before = super::types::shape(graph.nodes[node.inputs[0]].volume);
    let after = super::types::shape(node.volume);
    quote_spanned! {path.span()=>
        const _: () = {
            // Among generic arguments, the compiler would say a second time that there is no such network.
            type Inner = #path;
            if !<Inner as rt::Network>::STUB {
                rt::stated::<#after>(rt::Side::Gives, <Inner as rt::Network>::GIVES, #text);
            }
        };
        const _: () = {
            type Inner = #path;
            if !<Inner as rt::Network>::STUB {
                let takes = <<Inner as rt::Network>::Input as rt::Shape>::DIMENSIONS;
                rt::stated::<#before>(rt::Side::Takes, ::core::option::Option::Some(takes), #text);
            }
        };
    }
}

/// Budgets that depend on inner networks, which the macro cannot see.
fn budget_checks(plan: &Plan<'_>) -> TokenStream {
    if !plan.graph.nodes.iter().any(|node| matches!(node.op, Op::Network(_))) {
        return TokenStream::new();
    }
    let checks = plan.graph.budgets.iter().map(|budget| {
        let cost = match budget.kind {
            BudgetKind::Params => quote!(Params),
            BudgetKind::Macs => quote!(Macs),
            BudgetKind::Activations => quote!(Activations),
            BudgetKind::Train => quote!(Train),
        };
        let (ident, limit, text) = (&plan.graph.name, number(budget.limit), crate::parse::text(&budget.tokens));
        quote_spanned!(budget.tokens.span()=>
            const _: () = rt::budget::<#ident>(rt::Cost::#cost, #limit, #text);
        )
    });
    quote!(#(#checks)*)
}
