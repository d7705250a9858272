//! Backward: one function per stage, in reverse. Work that only an outer network asks for is done when it asks.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Ident;

use super::Plan;
use super::cpu::{field, function, module};
use super::stages::{Stages, by_batch, option};
use crate::ir::Op;
use crate::plan::{Backward, Kind, Program, Stage, Target};

/// The functions' names, in order.
pub fn names(plan: &Plan<'_>) -> impl Iterator<Item = Ident> {
    plan.training.backward.iter().map(|back| function("backward", plan.training, back.stage))
}

pub fn functions(plan: &Plan<'_>, stages: &Stages<'_>) -> TokenStream {
    let ident = &plan.graph.name;
    let all = plan.training.backward.iter().map(|back| {
        let stage = &plan.training.stages[back.stage];
        let name = function("backward", plan.training, back.stage);
        let with = call(plan, stages, stage, back, true);
        let body = if back.only_for_input {
            quote!(if input_gradient { #with })
        } else if targets(back).any(|t| t.only_for_input) {
            let without = call(plan, stages, stage, back, false);
            quote!(if input_gradient { #with } else { #without })
        } else {
            with
        };
        quote! {
            #[allow(unused_variables)]
            fn #name(net: &mut #ident, run: &mut rt::Run<'_>, input_gradient: bool) { #body }
        }
    });
    quote!(#(#all)*)
}

fn targets(back: &Backward) -> impl Iterator<Item = &Target> {
    back.inputs.iter().chain(std::iter::once(&back.residual)).flatten()
}

fn gradient(stages: &Stages<'_>, target: Target) -> TokenStream {
    let (buffer, accumulate) = (stages.buffer(target.buffer), target.accumulate);
    quote!(rt::Gradient { buffer: #buffer, accumulate: #accumulate })
}

fn call(plan: &Plan<'_>, stages: &Stages<'_>, stage: &Stage, back: &Backward, for_input: bool) -> TokenStream {
    let program = stages.program;
    let constant = stages.stage(stage);
    let wanted = |target: &Option<Target>| target.filter(|t| for_input || !t.only_for_input);
    let write = |target: &Option<Target>| option(wanted(target).map(|t| gradient(stages, t)));
    let Some(output) = program.gradients[stage.output].map(|id| stages.buffer(id)) else { return TokenStream::new() };
    let input = back.inputs.first().map_or_else(|| quote!(None), write);
    let residual = write(&back.residual);
    let (train, accumulate) = (back.train_weights, back.accumulate);
    let weights = stage.weights.map(|id| field(plan.graph, id));
    match &stage.kind {
        Kind::Conv(_) => {
            let sums = option(back.sums.map(|id| stages.buffer(id)));
            let (input_method, weight_method) = (by_batch(back.input_method), by_batch(back.weight_method));
            quote! {
                const BACKWARD: rt::conv::Backward = rt::conv::Backward {
                    stage: #constant, output_gradient: #output, sum_gradient: rt::buffer(#sums), input_gradient: #input,
                    residual_gradient: #residual, input_method: #input_method, weight_method: #weight_method,
                    train_weights: #train, accumulate: #accumulate,
                };
                rt::conv::backward(&BACKWARD, &mut #weights, run)
            }
        }
        Kind::Norm { .. } => {
            quote! {
                const BACKWARD: rt::bn::Backward = rt::bn::Backward {
                    stage: #constant, output_gradient: #output, input_gradient: #input, residual_gradient: #residual,
                    train_weights: #train, accumulate: #accumulate,
                };
                rt::bn::backward(&BACKWARD, &mut #weights, run)
            }
        }
        Kind::Add => {
            let inputs = back.inputs.iter().filter_map(wanted).map(|t| gradient(stages, t));
            quote! {
                const BACKWARD: rt::add::Backward = rt::add::Backward {
                    stage: #constant, output_gradient: #output, input_gradients: &[#(#inputs),*],
                };
                rt::add::backward(&BACKWARD, run)
            }
        }
        Kind::Concat => {
            let inputs = parts(program, stage, back).filter_map(|(channel, target)| {
                let (channel, target) = (super::number(channel), gradient(stages, wanted(&Some(target))?));
                Some(quote!((#channel, #target)))
            });
            quote! {
                const BACKWARD: rt::concat::Backward =
                    rt::concat::Backward { output_gradient: #output, input_gradients: &[#(#inputs),*] };
                rt::concat::backward(&BACKWARD, run)
            }
        }
        Kind::Network { .. } => {
            let checks = input_check(plan, stage, back);
            quote!(#checks rt::network::backward(&#constant, &#output, #input.as_ref(), &mut #weights, run))
        }
        kind => {
            let (module, Some(input)) = (module(kind), back.inputs.first().and_then(wanted)) else {
                return TokenStream::new();
            };
            let input = gradient(stages, input);
            quote!(rt::#module::backward(&#constant, &#output, &#input, run))
        }
    }
}

/// The operands of a concatenation of which the gradient does not already lie in the concatenation's.
fn parts<'a>(
    program: &'a Program,
    stage: &'a Stage,
    back: &'a Backward,
) -> impl Iterator<Item = (u64, Target)> + use<'a> {
    let mut channel = 0;
    stage.inputs.iter().zip(&back.inputs).filter_map(move |(&node, target)| {
        let first = channel;
        channel += program.values[node].map_or(0, |id| program.buffers[id].extent.2);
        let target = (*target)?;
        let placed = program.buffers[target.buffer].part_of.map(|(parent, _)| parent);
        (placed.is_none() || placed != program.gradients[stage.output]).then_some((first, target))
    })
}

/// The inner network must be able to give the gradient of its input.
fn input_check(plan: &Plan<'_>, stage: &Stage, back: &Backward) -> TokenStream {
    let needed = back.inputs.iter().flatten().any(|t| !t.only_for_input);
    let path = stage.nodes.first().and_then(|&n| match &plan.graph.nodes[n].op {
        Op::Network(path) => Some(path),
        _ => None,
    });
    match path {
        Some(path) if needed => {
            let text = crate::diag::no_gradient_through(&quote!(#path).to_string().replace(' ', ""));
            quote!(
                const _: () = assert!(<#path as rt::Network>::INPUT_GRADIENT.is_some(), #text);
            )
        }
        _ => TokenStream::new(),
    }
}
