//! `impl Network`: one small function per stage, which knows its geometry, its epilogue and its buffers as constants and
//! calls one kernel.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::Ident;

use super::stages::{Stages, new_conv, option};
use super::types::{self, Level};
use super::{Plan, backbone, number};
use crate::ir::{Graph, NodeId, Op, Output, WeightsId};
use crate::plan::{BufferId, Kind, Program, Stage};

pub fn network(plan: &Plan<'_>) -> TokenStream {
    let inference = Stages { program: plan.inference, prefix: "" };
    let training = Stages { program: plan.training, prefix: "T" };
    let (buffers, training_buffers) = (inference.buffers(), training.buffers());
    let infer = functions(plan, &inference, "infer");
    let forward = functions(plan, &training, "forward");
    let cuts = super::taps::cut_functions(plan);
    let backward = super::backward::functions(plan, &training);
    let implementation = implementation(plan);
    let backbone = backbone_impl(plan.graph);
    let (network_checks, checks) = (super::docs::network_checks(plan.graph), super::docs::checks(plan));
    quote! {
        const _: () = {
            use ::convnet_runtime::generated as rt;
            #network_checks
            #buffers
            #training_buffers
            #infer
            #forward
            #backward
            #cuts
            #implementation
            #backbone
            #checks
        };
    }
}

/// `net.features.conv0`
pub fn field(graph: &Graph, id: WeightsId) -> TokenStream {
    let weights = &graph.weights[id];
    let path = weights.path.iter();
    if let Op::Network(inner) = &graph.nodes[weights.node].op {
        let place = super::place(Some(inner));
        let path = path.map(|field| Ident::new(&field.to_string(), place));
        return quote_spanned!(place=> net.#(#path).*);
    }
    quote!(net.#(#path).*)
}

/// The last part of a function's name.
fn step(program: &Program, index: usize) -> String {
    let kind = match program.stages[index].kind {
        Kind::Conv(_) => "conv",
        Kind::Norm { .. } => "norm",
        Kind::MaxPool(_) => "maxpool",
        Kind::AvgPool(_) => "avgpool",
        Kind::Gap => "gap",
        Kind::Flatten => "flatten",
        Kind::Widen { .. } => "widen",
        Kind::Upsample { .. } => "upsample",
        Kind::Activation => "activation",
        Kind::Maxout { .. } => "maxout",
        Kind::Lrn { .. } => "lrn",
        Kind::Dropout { .. } => "dropout",
        Kind::Softmax => "softmax",
        Kind::Add => "add",
        Kind::Concat => "concat",
        Kind::Network { .. } => "network",
    };
    format!("{index}_{kind}")
}

/// The name of a stage's function in one of the passes.
pub fn function(pass: &str, program: &Program, index: usize) -> Ident {
    format_ident!("{pass}_{}", step(program, index))
}

/// `conv3-64 -> relu: 32x32x3 -> 32x32x64`
fn describe(graph: &Graph, program: &Program, stage: &Stage) -> String {
    let texts: Vec<&str> = stage.nodes.iter().map(|&n| graph.nodes[n].text.as_str()).collect();
    let extent = |node: NodeId| {
        let (h, w, c) = program.values[node].map_or((0, 0, 0), |id| program.buffers[id].extent);
        format!("{h}x{w}x{c}")
    };
    let inputs: Vec<String> = stage.inputs.iter().chain(&stage.residual).map(|&n| extent(n)).collect();
    format!("{}: {} -> {}", texts.join(" -> "), inputs.join(" + "), extent(stage.output))
}

fn functions(plan: &Plan<'_>, stages: &Stages<'_>, pass: &str) -> TokenStream {
    let (graph, ident) = (plan.graph, &plan.graph.name);
    let training = pass == "forward";
    let borrow = if training { quote!(&mut) } else { quote!(&) };
    let all = stages.program.stages.iter().enumerate().map(|(index, stage)| {
        let name = function(pass, stages.program, index);
        let doc = describe(graph, stages.program, stage);
        let constant = stages.constant(index);
        let call = call(graph, &stages.name(index).to_token_stream(), stage, training);
        let net = if stage.weights.is_some() { quote!(net) } else { quote!(_) };
        quote! {
            #constant
            #[doc = #doc]
            fn #name(#net: #borrow #ident, run: &mut rt::Run<'_>) { #call }
        }
    });
    quote!(#(#all)*)
}

/// The call of a stage's kernel with the stage's constant.
pub fn call(graph: &Graph, constant: &TokenStream, stage: &Stage, training: bool) -> TokenStream {
    let weights = stage.weights.map(|id| field(graph, id));
    let place = super::place(super::inner(graph, stage));
    match &stage.kind {
        Kind::Conv(_) if training && stage.folded.is_none() => {
            quote!(rt::conv::forward_train(&#constant, &#weights, run))
        }
        Kind::Conv(_) => {
            let norm = if let Some((norm, eps)) = stage.folded {
                let (norm, eps) = (field(graph, norm), super::float(eps));
                quote!(::core::option::Option::Some((&#norm, #eps)))
            } else {
                quote!(::core::option::Option::None)
            };
            quote!(rt::conv::forward(&#constant, &#weights, #norm, run))
        }
        Kind::Norm { .. } if training && !stage.frozen => quote!(rt::bn::forward_train(&#constant, &mut #weights, run)),
        Kind::Norm { .. } => quote!(rt::bn::forward(&#constant, &#weights, run)),
        Kind::Network { .. } if training && !stage.frozen => {
            let path = super::inner(graph, stage);
            quote_spanned!(place=> <#path as rt::Network>::forward_as_layer(&mut #weights, &#constant, run))
        }
        Kind::Network { .. } => {
            let path = super::inner(graph, stage);
            quote_spanned!(place=> <#path as rt::Network>::infer_as_layer(&#weights, &#constant, run))
        }
        Kind::Dropout { .. } => quote!(rt::dropout::forward_train(&#constant, run)),
        kind => {
            let module = module(kind);
            quote!(rt::#module::forward(&#constant, run))
        }
    }
}

/// The runtime's module of an operation.
pub fn module(kind: &Kind) -> TokenStream {
    match kind {
        Kind::Conv(_) => quote!(conv),
        Kind::Norm { .. } => quote!(bn),
        Kind::MaxPool(_) | Kind::AvgPool(_) => quote!(pool),
        Kind::Gap => quote!(gap),
        Kind::Flatten => quote!(flatten),
        Kind::Widen { .. } => quote!(widen),
        Kind::Upsample { .. } => quote!(upsample),
        Kind::Activation => quote!(activation),
        Kind::Maxout { .. } => quote!(maxout),
        Kind::Lrn { .. } => quote!(lrn),
        Kind::Dropout { .. } => quote!(dropout),
        Kind::Softmax => quote!(softmax),
        Kind::Add => quote!(add),
        Kind::Concat => quote!(concat),
        Kind::Network { .. } => quote!(network),
    }
}

fn implementation(plan: &Plan<'_>) -> TokenStream {
    let graph = plan.graph;
    let ident = &graph.name;
    let text = graph.name.to_string();
    let input = graph.nodes[0].volume;
    let (h, w, c) = input.hwc();
    let (height, width, depth) = (types::typenum(h), types::typenum(w), types::typenum(c));
    let input = types::shape(input);
    let output = types::output(graph, &graph.output, "", false);
    let logits = types::output(graph, &graph.output, "", true);
    let constants = super::docs::constants(plan);
    let by_sample = by_sample(plan.inference);
    let as_layer = backbone_constants(plan);
    let zeroed = Level::of(graph).zeroed(&|id| new_weights(plan, id), &quote!(workspaces: rt::Workspaces::default(),));
    let (visit, visit_mut) = (visits(graph, false), visits(graph, true));
    let inference = frame(&Stages { program: plan.inference, prefix: "" });
    let training = frame(&Stages { program: plan.training, prefix: "T" });
    let infer = (0..plan.inference.stages.len()).map(|i| function("infer", plan.inference, i));
    let forward = (0..plan.training.stages.len()).map(|i| function("forward", plan.training, i));
    let backward = super::backward::names(plan);
    let program = super::program::program(plan);
    let read_output = read(graph, &Stages { program: plan.inference, prefix: "" }, &graph.output, "into", false);
    let read_logits = read(graph, &Stages { program: plan.training, prefix: "T" }, &graph.output, "into", true);
    let set = set_gradient(&Stages { program: plan.training, prefix: "T" }, &graph.output, "gradient", &mut Vec::new());
    quote! {
        #[automatically_derived]
        impl rt::Network for #ident {
            type Input = #input;
            type Output = #output;
            type Logits = #logits;
            type InputHeight = #height;
            type InputWidth = #width;
            type InputDepth = #depth;
            const NAME: &'static str = #text;
            #constants
            const INFERENCE: rt::Frame = #inference;
            #by_sample
            const TRAINING: rt::Frame = #training;
            const STAGES: &'static [fn(&Self, &mut rt::Run<'_>)] = &[#(#infer),*];
            const FORWARD: &'static [fn(&mut Self, &mut rt::Run<'_>)] = &[#(#forward),*];
            const BACKWARD: &'static [fn(&mut Self, &mut rt::Run<'_>, bool)] = &[#(#backward),*];
            #as_layer
            const PROGRAM: rt::program::Program = #program;

            fn zeroed() -> Self { #zeroed }
            fn workspaces(&self) -> &rt::Workspaces { &self.workspaces }
            #[allow(unused_variables)]
            fn visit<'a>(&'a self, key: &rt::Key<'_>, f: &mut dyn ::core::ops::FnMut(&rt::Key<'_>, &'a rt::Parameter)) {
                let net = self;
                #visit
            }
            #[allow(unused_variables)]
            fn visit_mut(&mut self, key: &rt::Key<'_>, f: &mut dyn ::core::ops::FnMut(&rt::Key<'_>, &mut rt::Parameter)) {
                let net = self;
                #visit_mut
            }
            fn output(run: &rt::Run<'_>, into: &mut Self::Output) { #read_output }
            fn logits(run: &rt::Run<'_>, into: &mut Self::Logits) { #read_logits }
            #[allow(unused_variables)]
            fn set_gradient(gradient: &Self::Logits, run: &mut rt::Run<'_>) { #set }
        }
    }
}

fn frame(stages: &Stages<'_>) -> TokenStream {
    let (floats, input) = (number(stages.program.floats), stages.value(0));
    quote!(rt::Frame { floats: #floats, input: #input })
}

/// How far a sample goes alone.
fn by_sample(program: &Program) -> TokenStream {
    let Some(last) = program.by_sample.checked_sub(1) else { return TokenStream::new() };
    let stages = number(program.by_sample as u64);
    let value = Stages { program, prefix: "" }.value(program.stages[last].output);
    let by_sample = option(Some(quote!(rt::BySample { stages: #stages, value: #value })));
    quote!(const BY_SAMPLE: ::core::option::Option<rt::BySample> = #by_sample;)
}

/// Makes one set of parameters. The geometry is that of inference; both programs agree on it.
fn new_weights(plan: &Plan<'_>, id: WeightsId) -> TokenStream {
    let graph = plan.graph;
    let node = graph.weights[id].node;
    match &graph.nodes[node].op {
        Op::Network(path) => quote!(<#path as rt::Network>::zeroed()),
        Op::Bn { .. } => {
            let channels = number(graph.nodes[node].volume.hwc().2);
            quote!(rt::BatchNorm::new(#channels))
        }
        _ => {
            let geometry = geometry(plan, id);
            match &graph.nodes[node].op {
                Op::Conv(conv) => new_conv(conv, &geometry),
                _ => geometry,
            }
        }
    }
}

/// The geometry of a convolution by its parameters.
pub fn geometry(plan: &Plan<'_>, id: WeightsId) -> TokenStream {
    let node = plan.graph.weights[id].node;
    let stages = Stages { program: plan.inference, prefix: "" };
    if let Some(index) = plan.inference.stages.iter().position(|s| s.nodes.contains(&node)) {
        let stage = stages.name(index);
        quote!(#stage.geometry)
    } else {
        quote!(compile_error!("a layer without a stage"))
    }
}

fn visits(graph: &Graph, mutable: bool) -> TokenStream {
    let visit = if mutable { quote!(visit_mut) } else { quote!(visit) };
    let borrow = if mutable { quote!(&mut) } else { quote!(&) };
    let calls = graph.weights.iter().enumerate().map(|(id, weights)| {
        let (field, key) = (field(graph, id), &weights.key);
        if let Op::Network(path) = &graph.nodes[weights.node].op {
            quote!(<#path as rt::Network>::#visit(#borrow #field, &key.join(#key), f);)
        } else {
            quote!(#field.#visit(&key.join(#key), f);)
        }
    });
    quote!(#(#calls)*)
}

/// Copies the output out of the arena.
fn read(graph: &Graph, stages: &Stages<'_>, output: &Output, place: &str, logits: bool) -> TokenStream {
    match output {
        Output::Node(id) => {
            let (place, buffer): (TokenStream, _) = (place.parse().unwrap_or_default(), stages.value(*id));
            if types::is_softmax(graph, *id) && !logits {
                quote!(#place.tensor_mut().read(&#buffer, run);)
            } else {
                quote!(#place.read(&#buffer, run);)
            }
        }
        Output::Heads(heads) => {
            heads.iter().map(|(name, head)| read(graph, stages, head, &format!("{place}.{name}"), logits)).collect()
        }
    }
}

/// Copies the gradients of the heads into the arena; `written` has those of heads before, which may be of the same value.
fn set_gradient(stages: &Stages<'_>, output: &Output, place: &str, written: &mut Vec<BufferId>) -> TokenStream {
    match output {
        Output::Node(id) => {
            let Some(gradient) = stages.program.gradients[stages.program.canonical(*id)] else {
                return TokenStream::new();
            };
            let (place, buffer): (TokenStream, _) = (place.parse().unwrap_or_default(), stages.buffer(gradient));
            if written.contains(&gradient) {
                return quote!(#place.add(&#buffer, run););
            }
            written.push(gradient);
            quote!(#place.write(&#buffer, run);)
        }
        Output::Heads(heads) => {
            heads.iter().map(|(name, head)| set_gradient(stages, head, &format!("{place}.{name}"), written)).collect()
        }
    }
}

/// What an outer network needs to use this one as a layer.
fn backbone_constants(plan: &Plan<'_>) -> TokenStream {
    let Some(id) = backbone(plan.graph) else { return TokenStream::new() };
    let (inference, training) =
        (Stages { program: plan.inference, prefix: "" }, Stages { program: plan.training, prefix: "T" });
    let (out, train_out) = (inference.value(id), training.value(id));
    let gradients = &plan.training.gradients;
    let output = plan.training.canonical(id);
    // Without anything that is trained there is no backward; the gradient then goes nowhere.
    let gradient = gradients[output].map_or_else(|| quote!(rt::NOWHERE), |id| training.buffer(id).to_token_stream());
    let input = option(gradients[0].map(|id| training.buffer(id)));
    let gives = types::shape(plan.graph.nodes[id].volume);
    let gives = option(Some(quote!(<#gives as rt::Shape>::DIMENSIONS)));
    quote! {
        const GIVES: ::core::option::Option<&'static [usize]> = #gives;
        const OUTPUTS: [rt::Buffer; 2] = [#out, #train_out];
        const OUTPUT_GRADIENT: rt::Buffer = #gradient;
        const INPUT_GRADIENT: ::core::option::Option<rt::Buffer> = #input;
    }
}

/// The network can be a layer.
pub fn backbone_impl(graph: &Graph) -> TokenStream {
    let Some(id) = backbone(graph) else { return TokenStream::new() };
    let (ident, shape) = (&graph.name, types::shape(graph.nodes[id].volume));
    quote! {
        #[automatically_derived]
        impl rt::Backbone for #ident {
            type Volume = #shape;
        }
    }
}
