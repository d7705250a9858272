//! The types of a network: the struct with its parameters as named fields, a struct for each level of names, one for
//! the heads, and the constants.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Ident, Visibility};

use super::{Plan, name, number};
use crate::ir::{Graph, NodeId, Op, Output, WeightsId};
use crate::lower::camel;
use crate::shape::Volume;

/// The tree of fields.
pub struct Level {
    pub ty: Ident,
    /// The level's name in weight files.
    key: String,
    pub fields: Vec<(Ident, Field)>,
}

pub enum Field {
    Weights(WeightsId),
    Level(Level),
}

impl Level {
    pub fn of(graph: &Graph) -> Self {
        let mut root = Self { ty: graph.name.clone(), key: String::new(), fields: Vec::new() };
        for (id, weights) in graph.weights.iter().enumerate() {
            let keys: Vec<&str> = weights.key.split('.').collect();
            root.insert(graph, &weights.path, &keys, id);
        }
        root
    }

    fn insert(&mut self, graph: &Graph, path: &[Ident], keys: &[&str], id: WeightsId) {
        let [field, rest @ ..] = path else { return };
        if rest.is_empty() {
            self.fields.push((field.clone(), Field::Weights(id)));
            return;
        }
        let found = self.fields.iter().position(|(name, f)| name == field && matches!(f, Field::Level(_)));
        let index = found.unwrap_or_else(|| {
            let ty = format_ident!("{}{}", self.ty, camel(&field.to_string()), span = graph.name.span());
            let key = keys.first().copied().unwrap_or_default();
            let key = if self.key.is_empty() { key.to_string() } else { format!("{}.{key}", self.key) };
            self.fields.push((field.clone(), Field::Level(Self { ty, key, fields: Vec::new() })));
            self.fields.len() - 1
        });
        if let (_, Field::Level(level)) = &mut self.fields[index] {
            level.insert(graph, rest, keys.get(1..).unwrap_or_default(), id);
        }
    }

    /// The expression that makes it, all parameters at their first values.
    pub fn zeroed(&self, weights: &dyn Fn(WeightsId) -> TokenStream, more: &TokenStream) -> TokenStream {
        let ty = &self.ty;
        let fields = self.fields.iter().map(|(name, field)| {
            let value = match field {
                Field::Weights(id) => weights(*id),
                Field::Level(level) => level.zeroed(weights, &TokenStream::new()),
            };
            quote!(#name: #value,)
        });
        quote!(#ty { #(#fields)* #more })
    }
}

/// The struct, its levels, its constants.
pub fn types(plan: &Plan<'_>) -> TokenStream {
    let graph = plan.graph;
    let docs = super::docs::table(plan);
    let structs = structs(graph, &Level::of(graph), &docs);
    let heads = heads(graph);
    let (ident, taps) = (&graph.name, super::taps::taps(plan));
    let vis = &graph.visibility;
    let constants = constants(vis);
    quote! {
        #structs
        #heads
        #[allow(dead_code)]
        impl #ident {
            #constants
            #taps
        }
    }
}

pub fn constants(vis: &Visibility) -> TokenStream {
    let constants = CONSTANTS.iter().map(|(constant, doc, ty)| {
        let constant = format_ident!("{constant}");
        let ty: TokenStream = ty.parse().unwrap_or_default();
        quote! {
            #[doc = #doc]
            #vis const #constant: #ty = <Self as ::convnet_runtime::generated::Network>::#constant;
        }
    });
    quote!(#(#constants)*)
}

/// The trait's constants, said again on the type, so that `VggD::PARAMS` needs no import.
const CONSTANTS: [(&str, &str, &str); 7] = [
    ("PARAMS", "Trainable values, frozen ones included, running statistics not.", "u64"),
    ("MACS", "Multiply-accumulates of one sample.", "u64"),
    ("ACTIVATION_BYTES", "Bytes of the inference arena per sample.", "u64"),
    ("TRAIN_BYTES_PER_SAMPLE", "Bytes of the training arena per sample.", "u64"),
    ("RECEPTIVE_FIELD", "Receptive field (height, width) before the first global layer.", "(u64, u64)"),
    ("LAYERS", "One row per layer.", "&'static [::convnet_runtime::network::Layer]"),
    ("PLAN", "The plan as a table.", "&'static str"),
];

pub fn structs(graph: &Graph, root: &Level, docs: &TokenStream) -> TokenStream {
    let (attributes, vis, ident) = (&graph.attributes, &graph.visibility, &graph.name);
    let mut levels = TokenStream::new();
    let fields = fields(graph, root, &mut levels);
    quote! {
        #(#attributes)*
        #docs
        #[derive(Clone)]
        #vis struct #ident {
            #fields
            workspaces: ::convnet_runtime::generated::Workspaces,
        }
        #levels
    }
}

fn fields(graph: &Graph, level: &Level, levels: &mut TokenStream) -> TokenStream {
    let vis = &graph.visibility;
    let mut fields = TokenStream::new();
    for (name, field) in &level.fields {
        let (doc, ty) = match field {
            Field::Weights(id) => {
                let weights = &graph.weights[*id];
                let node = &graph.nodes[weights.node];
                (
                    format!("`{}`, `{}` in weight files, gives {}.", node.text, weights.key, node.volume),
                    layer(graph, *id),
                )
            }
            Field::Level(inner) => {
                let ty = &inner.ty;
                let doc = format!("The layers of `{}`.", inner.key);
                let inner_fields = self::fields(graph, inner, levels);
                levels.extend(quote! {
                    #[doc = #doc]
                    #[derive(Clone, Debug)]
                    #vis struct #ty { #inner_fields }
                });
                (doc, quote!(#ty))
            }
        };
        fields.extend(quote! {
            #[doc = #doc]
            pub #name: #ty,
        });
    }
    fields
}

/// The type of a set of parameters.
fn layer(graph: &Graph, id: WeightsId) -> TokenStream {
    match &graph.nodes[graph.weights[id].node].op {
        Op::Network(path) => quote!(#path),
        Op::Bn { .. } => quote!(::convnet_runtime::layers::BatchNorm),
        _ => quote!(::convnet_runtime::layers::Conv),
    }
}

/// `Volume<7, 7, 512>` or `Features<1000>`.
pub fn shape(volume: Volume) -> TokenStream {
    match volume {
        Volume::Map { height, width, depth } => {
            let (h, w, c) = (number(height), number(width), number(depth));
            quote!(::convnet_runtime::shape::Volume<#h, #w, #c>)
        }
        Volume::Features(count) => {
            let count = number(count);
            quote!(::convnet_runtime::shape::Features<#count>)
        }
    }
}

/// The type of an output: a tensor, probabilities after softmax (`logits` for what training sees), or heads.
pub fn output(graph: &Graph, output: &Output, path: &str, logits: bool) -> TokenStream {
    match output {
        Output::Node(id) => {
            let shape = shape(graph.nodes[*id].volume);
            if is_softmax(graph, *id) && !logits {
                quote!(::convnet_runtime::tensor::Probabilities<#shape>)
            } else {
                quote!(::convnet_runtime::tensor::Tensor<#shape>)
            }
        }
        Output::Heads(_) => {
            let ty = head_type(graph, path, logits);
            quote!(#ty)
        }
    }
}

pub fn is_softmax(graph: &Graph, id: NodeId) -> bool {
    matches!(graph.nodes[id].op, Op::Softmax)
}

pub fn head_type(graph: &Graph, path: &str, logits: bool) -> Ident {
    name(graph, &format!("{}{}", if logits { "Logits" } else { "Output" }, camel(path)))
}

pub fn heads(graph: &Graph) -> TokenStream {
    let mut types = TokenStream::new();
    for logits in [false, true] {
        head_structs(graph, &graph.output, "", logits, &mut types);
    }
    types
}

fn head_structs(graph: &Graph, node: &Output, path: &str, logits: bool, types: &mut TokenStream) {
    let Output::Heads(heads) = node else { return };
    let (vis, ty) = (&graph.visibility, head_type(graph, path, logits));
    let mut fields = TokenStream::new();
    let names = heads.iter().map(|(name, _)| name);
    let (read, write) = (names.clone(), names);
    for (name, head) in heads {
        let below = format!("{path}_{name}");
        head_structs(graph, head, &below, logits, types);
        let field = output(graph, head, &below, logits);
        let doc = format!("The head `{name}`.");
        fields.extend(quote! {
            #[doc = #doc]
            pub #name: #field,
        });
    }
    let doc = format!("The heads of [`{}`]{}.", graph.name, if logits { ", as training sees them" } else { "" });
    types.extend(quote! {
        #[doc = #doc]
        #[derive(Clone, Debug, Default)]
        #vis struct #ty { #fields }
        #[automatically_derived]
        impl ::convnet_runtime::generated::Parts for #ty {
            fn parts(&self, f: &mut dyn ::core::ops::FnMut(&[f32])) {
                #(::convnet_runtime::generated::Parts::parts(&self.#read, f);)*
            }
            fn parts_mut(&mut self, batch: usize, f: &mut dyn ::core::ops::FnMut(&mut [f32])) {
                #(::convnet_runtime::generated::Parts::parts_mut(&mut self.#write, batch, f);)*
            }
        }
    });
}

/// A number as a type.
pub fn typenum(value: u64) -> TokenStream {
    let mut ty = quote!(rt::typenum::UTerm);
    for bit in (0..u64::BITS - value.leading_zeros()).rev() {
        let bit = if value >> bit & 1 == 1 { quote!(B1) } else { quote!(B0) };
        ty = quote!(rt::typenum::UInt<#ty, rt::typenum::#bit>);
    }
    ty
}
