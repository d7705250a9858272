//! Backward: one function per stage, in reverse. Work that only an outer network asks for is done when it asks.

use proc_macro2::TokenStream;
use quote::{format_ident, quote, quote_spanned};
use syn::Ident;

use super::Plan;
use super::cpu::{field, function, module};
use super::stages::{Stages, by_batch, option};
use crate::plan::{Backward, Kind, Program, Stage, Target};

/// The functions' names, in order.
pub fn names(plan: &Plan<'_>) -> impl Iterator<Item = Ident> {
    plan.training.backward.iter().map(|back| function("backward", plan.training, back.stage))
}

pub fn functions(plan: &Plan<'_>, stages: &Stages<'_>) -> TokenStream {
    let ident = &plan.graph.name;
    let all = plan.training.backward.iter().map(|back| {
        let name = function("backward", plan.training, back.stage);
        let (constants, body) = if is_optional(back) {
            let (with, without) = (call(plan, stages, back, true), call(plan, stages, back, false));
            let constants = [false, true].map(|for_input| constant(stages, back, for_input));
            (quote!(#(#constants)*), quote!(if input_gradient { #with } else { #without }))
        } else {
            let call = call(plan, stages, back, true);
            let call = if back.only_for_input { quote!(if input_gradient { #call }) } else { call };
            (constant(stages, back, true), call)
        };
        quote! {
            #constants
            #[allow(unused_variables)]
            fn #name(net: &mut #ident, run: &mut rt::Run<'_>, input_gradient: bool) { #body }
        }
    });
    quote!(#(#all)*)
}

/// It does more when the gradient of the network's input is asked for.
fn is_optional(back: &Backward) -> bool {
    let mut targets = back.inputs.iter().chain(std::iter::once(&back.residual)).flatten();
    !back.only_for_input && targets.any(|t| t.only_for_input)
}

fn gradient(stages: &Stages<'_>, target: Target) -> TokenStream {
    let (buffer, accumulate) = (stages.buffer(target.buffer), target.accumulate);
    quote!(rt::Gradient { buffer: #buffer, accumulate: #accumulate })
}

fn wanted(target: Option<&Target>, for_input: bool) -> Option<Target> {
    target.copied().filter(|t| for_input || !t.only_for_input)
}

/// Where the gradient of a stage's only input goes.
fn input(stages: &Stages<'_>, back: &Backward, for_input: bool) -> Option<TokenStream> {
    let target = back.inputs.first().and_then(|target| wanted(target.as_ref(), for_input))?;
    Some(gradient(stages, target))
}

/// The name of a backward stage's constant.
fn name(back: &Backward, for_input: bool) -> Ident {
    let kind = if for_input && is_optional(back) { "TO_INPUT" } else { "BACKWARD" };
    format_ident!("{kind}{}", back.stage)
}

/// `const BACKWARD3: rt::conv::Backward = ..;` for the stages that have one.
fn constant(stages: &Stages<'_>, back: &Backward, for_input: bool) -> TokenStream {
    let program = stages.program;
    let stage = &program.stages[back.stage];
    let (name, module, forward) = (name(back, for_input), module(&stage.kind), stages.name(back.stage));
    let Some(output) = program.gradients[stage.output].map(|id| stages.buffer(id)) else { return TokenStream::new() };
    let (train, accumulate) = (back.train_weights, back.accumulate);
    let to_input = option(input(stages, back, for_input));
    let residual = option(wanted(back.residual.as_ref(), for_input).map(|t| gradient(stages, t)));
    let fields = match &stage.kind {
        Kind::Conv(_) => {
            let sums = option(back.sums.map(|id| stages.buffer(id)));
            let (input_method, weight_method) = (by_batch(back.input_method), by_batch(back.weight_method));
            quote! {
                stage: #forward, output_gradient: #output, sum_gradient: rt::buffer(#sums), input_gradient: #to_input,
                residual_gradient: #residual, input_method: #input_method, weight_method: #weight_method,
                train_weights: #train, accumulate: #accumulate,
            }
        }
        Kind::Norm { .. } => quote! {
            stage: #forward, output_gradient: #output, input_gradient: #to_input, residual_gradient: #residual,
            train_weights: #train, accumulate: #accumulate,
        },
        Kind::Add => {
            let inputs = back.inputs.iter().filter_map(|t| wanted(t.as_ref(), for_input)).map(|t| gradient(stages, t));
            quote!(stage: #forward, output_gradient: #output, input_gradients: &[#(#inputs),*],)
        }
        Kind::Concat => {
            let inputs = parts(program, stage, back).filter_map(|(channel, target)| {
                let target = gradient(stages, wanted(Some(&target), for_input)?);
                let channel = super::number(channel);
                Some(quote!((#channel, #target)))
            });
            quote!(output_gradient: #output, input_gradients: &[#(#inputs),*],)
        }
        _ => return TokenStream::new(),
    };
    quote!(const #name: rt::#module::Backward = rt::#module::Backward { #fields };)
}

fn call(plan: &Plan<'_>, stages: &Stages<'_>, back: &Backward, for_input: bool) -> TokenStream {
    let stage = &stages.program.stages[back.stage];
    let Some(output) = stages.program.gradients[stage.output].map(|id| stages.buffer(id)) else {
        return TokenStream::new();
    };
    let (forward, backward, module) = (stages.name(back.stage), name(back, for_input), module(&stage.kind));
    let input = input(stages, back, for_input);
    let weights = stage.weights.map(|id| field(plan.graph, id));
    match &stage.kind {
        Kind::Conv(_) | Kind::Norm { .. } => quote!(rt::#module::backward(&#backward, &mut #weights, run)),
        Kind::Add | Kind::Concat => quote!(rt::#module::backward(&#backward, run)),
        Kind::Network { .. } => {
            let (checks, input) = (input_check(plan, stage, back), option(input));
            let path = super::inner(plan.graph, stage);
            let call = quote_spanned! {super::place(path)=>
                <#path as rt::Network>::backward_as_layer(&mut #weights, &#forward, &#output, #input.as_ref(), run)
            };
            quote!(#checks #call)
        }
        _ => {
            let Some(input) = input else { return TokenStream::new() };
            quote!(rt::#module::backward(&#forward, &#output, &#input, run))
        }
    }
}

/// The stages as data, without and with what only the gradient of the network's input needs.
pub fn program(plan: &Plan<'_>, stages: &Stages<'_>, for_input: bool) -> TokenStream {
    let steps = plan.training.backward.iter().filter(|back| for_input || !back.only_for_input).filter_map(|back| {
        let stage = &stages.program.stages[back.stage];
        let output = stages.program.gradients[stage.output].map(|id| stages.buffer(id))?;
        let (forward, backward) = (stages.name(back.stage), name(back, for_input));
        let kind = super::program::variant(&stage.kind);
        let input = input(stages, back, for_input);
        let weights = stage.weights.map(|id| super::number(id as u64));
        let fields = match &stage.kind {
            Kind::Conv(_) | Kind::Norm { .. } => quote!({ pass: #backward, weights: #weights }),
            Kind::Add | Kind::Concat => quote!((#backward)),
            Kind::Network { .. } => {
                let (network, input) = (super::program::inner(plan.graph, stage), option(input));
                quote!({
                    stage: #forward, network: #network, weights: #weights, output_gradient: #output,
                    input_gradient: #input,
                })
            }
            _ => {
                let input = input?;
                quote!((#forward, #output, #input))
            }
        };
        Some(quote!(rt::program::BackStep::#kind #fields))
    });
    quote!(&[#(#steps),*])
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
    match super::inner(plan.graph, stage) {
        Some(path) if needed => {
            let text = crate::diag::no_gradient_through(&quote!(#path).to_string().replace(' ', ""));
            quote!(
                const _: () = assert!(<#path as rt::Network>::INPUT_GRADIENT.is_some(), #text);
            )
        }
        _ => TokenStream::new(),
    }
}
