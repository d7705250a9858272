//! The type of a network that is wrong: its name, fields and constants exist, so that one mistake is one error.

use proc_macro2::TokenStream;
use quote::quote;

use super::types::{self, Level};
use crate::ir::{Graph, Op};
use crate::shape::Volume;

pub fn stub(graph: &Graph) -> TokenStream {
    let ident = &graph.name;
    let structs = types::structs(graph, &Level::of(graph), &TokenStream::new());
    let input = types::shape(graph.nodes.first().map_or(Volume::Features(1), |node| node.volume));
    let output = types::output(graph, &graph.output, "", false);
    let logits = types::output(graph, &graph.output, "", true);
    let heads = types::heads(graph);
    let name = ident.to_string();
    let vis = &graph.visibility;
    let constants = types::constants(vis);
    let taps = graph.taps.iter().map(|tap| {
        let (name, shape) = (&tap.name, types::shape(graph.nodes[tap.node].volume));
        let doc = format!("`{name}`");
        quote! {
            #[doc = #doc]
            #vis const #name: ::convnet_runtime::network::Tap<Self, #shape> =
                ::convnet_runtime::network::Tap::after(0, ::convnet_runtime::generated::NOWHERE);
        }
    });
    let backbone = super::cpu::backbone_impl(graph);
    let zeroed = Level::of(graph).zeroed(
        &|id| match &graph.nodes[graph.weights[id].node].op {
            Op::Network(path) => quote!(<#path as rt::Network>::zeroed()),
            Op::Bn { .. } => quote!(rt::BatchNorm::new(1)),
            _ => quote!(rt::Conv::new(&rt::conv::Geometry::NOTHING)),
        },
        &quote!(workspaces: rt::Workspaces::default(),),
    );
    quote! {
        #structs
        #heads
        #[allow(dead_code)]
        impl #ident {
            #constants
            #(#taps)*
        }
        #[allow(unused_variables)]
        const _: () = {
            use ::convnet_runtime::generated as rt;
            #[automatically_derived]
            impl rt::Network for #ident {
                type Input = #input;
                type Output = #output;
                type Logits = #logits;
                type InputHeight = rt::typenum::UTerm;
                type InputWidth = rt::typenum::UTerm;
                type InputDepth = rt::typenum::UTerm;
                const NAME: &'static str = #name;
                const STUB: bool = true;
                const PARAMS: u64 = 0;
                const MACS: u64 = 0;
                const ACTIVATION_BYTES: u64 = 0;
                const TRAIN_BYTES_PER_SAMPLE: u64 = 0;
                const RECEPTIVE_FIELD: (u64, u64) = (1, 1);
                const STRIDE: (u64, u64) = (1, 1);
                const LAYERS: &'static [rt::Layer] = &[];
                const PLAN: &'static str = "";
                const INFERENCE: rt::Frame = rt::Frame { floats: 0, input: rt::NOWHERE };
                const TRAINING: rt::Frame = rt::Frame { floats: 0, input: rt::NOWHERE };
                const STAGES: &'static [fn(&Self, &mut rt::Run<'_>)] = &[];
                fn zeroed() -> Self { #zeroed }
                fn workspaces(&self) -> &rt::Workspaces { &self.workspaces }
                fn visit<'a>(&'a self, key: &rt::Key<'_>, f: &mut dyn ::core::ops::FnMut(&rt::Key<'_>, &'a rt::Parameter)) {}
                fn visit_mut(&mut self, key: &rt::Key<'_>, f: &mut dyn ::core::ops::FnMut(&rt::Key<'_>, &mut rt::Parameter)) {}
                fn output(run: &rt::Run<'_>, into: &mut Self::Output) {}
                fn logits(run: &rt::Run<'_>, into: &mut Self::Logits) {}
                fn set_gradient(gradient: &Self::Logits, run: &mut rt::Run<'_>) {}
            }
            #backbone
        };
    }
}
