//! The programs as data: the stages' constants in lists, for what runs the network elsewhere than on the CPU.

use proc_macro2::TokenStream;
use quote::quote;

use super::cpu::geometry;
use super::stages::{Stages, option};
use super::{Plan, backbone, float, number};
use crate::fuse::output_nodes;
use crate::ir::{Graph, Op};
use crate::plan::{Kind, Stage};

pub fn program(plan: &Plan<'_>) -> TokenStream {
    let graph = plan.graph;
    let inference = Stages { program: plan.inference, prefix: "" };
    let training = Stages { program: plan.training, prefix: "T" };
    let (infer, forward) = (steps(plan, &inference, false), steps(plan, &training, true));
    let backward = super::backward::program(plan, &training, false);
    let to_input =
        if backbone(graph).is_some() { super::backward::program(plan, &training, true) } else { quote!(&[]) };
    let weights = graph.weights.iter().enumerate().map(|(id, weights)| match &graph.nodes[weights.node].op {
        Op::Network(path) => quote!(rt::program::Weights::Network(&<#path as rt::Network>::PROGRAM)),
        Op::Bn { .. } => {
            let channels = number(graph.nodes[weights.node].volume.hwc().2);
            quote!(rt::program::Weights::Norm(#channels))
        }
        _ => {
            let geometry = geometry(plan, id);
            quote!(rt::program::Weights::Conv(#geometry))
        }
    });
    let nodes = output_nodes(&graph.output);
    let outputs = nodes.iter().map(|&node| inference.value(node));
    let logits = nodes.iter().map(|&node| training.value(node));
    let gradients = nodes.iter().map(|&node| {
        let gradient = plan.training.gradients[plan.training.canonical(node)];
        option(gradient.map(|id| training.buffer(id)))
    });
    quote!(rt::program::Program {
        inference: #infer,
        training: #forward,
        backward: #backward,
        backward_to_input: #to_input,
        weights: &[#(#weights),*],
        frames: [Self::INFERENCE, Self::TRAINING],
        outputs: &[#(#outputs),*],
        logits: &[#(#logits),*],
        gradients: &[#(#gradients),*],
        input_gradient: Self::INPUT_GRADIENT,
    })
}

fn steps(plan: &Plan<'_>, stages: &Stages<'_>, training: bool) -> TokenStream {
    let steps = stages.program.stages.iter().enumerate().map(|(index, stage)| {
        let (kind, constant) = (variant(&stage.kind), stages.name(index));
        let weights = stage.weights.map(|id| number(id as u64));
        let fields = match &stage.kind {
            Kind::Conv(_) => {
                let norm = option(stage.folded.map(|(norm, eps)| {
                    let (norm, eps) = (number(norm as u64), float(eps));
                    quote!((#norm, #eps))
                }));
                quote!({ stage: #constant, weights: #weights, norm: #norm })
            }
            Kind::Norm { .. } => quote!({ stage: #constant, weights: #weights }),
            Kind::Network { .. } => {
                let (network, training) = (inner(plan.graph, stage), training && !stage.frozen);
                quote!({ stage: #constant, network: #network, weights: #weights, training: #training })
            }
            _ => quote!((#constant)),
        };
        quote!(rt::program::Step::#kind #fields)
    });
    quote!(&[#(#steps),*])
}

/// The program of the network that a stage is.
pub fn inner(graph: &Graph, stage: &Stage) -> TokenStream {
    let path = super::inner(graph, stage);
    quote!(&<#path as rt::Network>::PROGRAM)
}

/// The name that the runtime's lists have for a kind of stage.
pub fn variant(kind: &Kind) -> TokenStream {
    match kind {
        Kind::Conv(_) => quote!(Conv),
        Kind::Norm { .. } => quote!(Norm),
        Kind::MaxPool(_) | Kind::AvgPool(_) => quote!(Pool),
        Kind::Gap => quote!(Gap),
        Kind::Flatten => quote!(Flatten),
        Kind::Widen { .. } => quote!(Widen),
        Kind::Upsample { .. } => quote!(Upsample),
        Kind::Activation => quote!(Activation),
        Kind::Maxout { .. } => quote!(Maxout),
        Kind::Lrn { .. } => quote!(Lrn),
        Kind::Dropout { .. } => quote!(Dropout),
        Kind::Softmax => quote!(Softmax),
        Kind::Add => quote!(Add),
        Kind::Concat => quote!(Concat),
        Kind::Network { .. } => quote!(Network),
    }
}
