//! The constants of the runtime's stages: buffers, geometries, epilogues.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::Ident;

use super::{float, number, numbers, pair};
use crate::ir::{Activation, Bias, Conv, ConvKind, NodeId, Window};
use crate::layout::output_extent;
use crate::plan::{BufferId, ByBatch, Kind, Method, Program, Stage, What};

/// Emits the parts of one program; `prefix` tells its constants from the other program's.
pub struct Stages<'a> {
    pub program: &'a Program,
    pub prefix: &'static str,
}

impl Stages<'_> {
    /// The constant that says where a buffer lies.
    pub fn buffer(&self, id: BufferId) -> Ident {
        let prefix = self.prefix;
        match self.program.buffers[id].what {
            What::Value(n) => format_ident!("{prefix}X{n}"),
            What::Gradient(n) => format_ident!("{prefix}D{n}"),
            What::Sums(n) => format_ident!("{prefix}Z{n}"),
            What::Saved(n) => format_ident!("{prefix}S{n}"),
        }
    }

    pub fn value(&self, node: NodeId) -> TokenStream {
        if let Some(id) = self.program.values[node] {
            let buffer = self.buffer(id);
            quote!(#buffer)
        } else {
            quote!(compile_error!("a value without a place"))
        }
    }

    /// `const X3: rt::Buffer = rt::blocked(1024, [28, 28, 64], [1, 1, 1, 1]);` for each buffer.
    pub fn buffers(&self) -> TokenStream {
        let constants = (0..self.program.buffers.len()).map(|id| {
            let buffer = &self.program.buffers[id];
            let name = self.buffer(id);
            let (root, first) = self.program.root(id);
            let whole = &self.program.buffers[root];
            let offset = number(whole.offset);
            if let What::Saved(_) = buffer.what {
                return quote!(const #name: usize = #offset;);
            }
            let (h, w, c) = buffer.extent;
            let (extent, border) = (numbers(&[h, w, c]), numbers(&whole.border));
            if root == id {
                let make = if buffer.planar { quote!(planar) } else { quote!(blocked) };
                quote!(const #name: rt::Buffer = rt::Buffer::#make(#offset, #extent, #border);)
            } else {
                let (whole, first) = (self.buffer(root), number(first));
                quote!(const #name: rt::Buffer = #whole.part(#first, #extent);)
            }
        });
        quote!(#(#constants)*)
    }

    /// The name of a stage's constant.
    pub fn name(&self, index: usize) -> Ident {
        format_ident!("{}{index}", if self.prefix.is_empty() { "INFER" } else { "FORWARD" })
    }

    /// `const INFER3: rt::pool::Stage = ..;`
    pub fn constant(&self, index: usize) -> TokenStream {
        let stage = &self.program.stages[index];
        let (name, module, value) = (self.name(index), super::cpu::module(&stage.kind), self.stage_to(stage, None));
        quote!(const #name: rt::#module::Stage = #value;)
    }

    /// A stage as the runtime's type for it; it writes to `output`, or to the place of its value.
    pub fn stage_to(&self, stage: &Stage, output: Option<&Ident>) -> TokenStream {
        let output = output.map_or_else(|| self.value(stage.output), ToTokens::to_token_stream);
        let input = stage.inputs.first().map(|&n| self.value(n));
        let plain = quote!(input: #input, output: #output);
        let activation = activation(stage.activation);
        let residual = option(stage.residual.map(|n| self.value(n)));
        let saved = option(stage.saved.map(|id| self.buffer(id)));
        match &stage.kind {
            Kind::Conv(conv) => {
                let geometry = self.geometry(conv, stage);
                let (pool, method, half) = (stage.pool, by_batch(stage.method), stage.half);
                quote!(rt::conv::Stage {
                    geometry: #geometry, method: #method, half: #half, input: #input, residual: #residual,
                    activation: #activation, pool: #pool, output: #output, winners: #saved,
                })
            }
            Kind::Norm { eps, momentum } => {
                let (eps, momentum) = (float(*eps), float(*momentum));
                quote!(rt::bn::Stage {
                    #plain, residual: #residual, activation: #activation, eps: #eps, momentum: #momentum,
                    statistics: #saved,
                })
            }
            Kind::MaxPool(window) => pool(&plain, &quote!(Max), window),
            Kind::AvgPool(window) => pool(&plain, &quote!(Average), window),
            Kind::Gap => quote!(rt::gap::Stage { #plain }),
            Kind::Flatten => quote!(rt::flatten::Stage { #plain }),
            Kind::Widen { before } => {
                let before = number(*before);
                quote!(rt::widen::Stage { #plain, before: #before })
            }
            Kind::Upsample { factor, bilinear } => {
                let factor = pair(*factor);
                quote!(rt::upsample::Stage { #plain, factor: #factor, bilinear: #bilinear })
            }
            Kind::Activation => quote!(rt::activation::Stage { #plain, activation: #activation }),
            Kind::Maxout { k } => {
                let k = number(*k);
                quote!(rt::maxout::Stage { #plain, k: #k })
            }
            Kind::Lrn { n, alpha, beta, k, within } => {
                let (n, alpha, beta, k) = (number(*n), float(*alpha), float(*beta), float(*k));
                let rule = quote!(rt::lrn::Rule { n: #n, alpha: #alpha, beta: #beta, k: #k, within: #within });
                quote!(rt::lrn::Stage { #plain, rule: #rule })
            }
            Kind::Dropout { p } => {
                let (p, layer) = (float(*p), number(stage.output as u64));
                quote!(rt::dropout::Stage { #plain, p: #p, layer: #layer })
            }
            Kind::Softmax => quote!(rt::softmax::Stage { #plain }),
            Kind::Add => {
                let inputs = stage.inputs.iter().map(|&n| self.value(n));
                quote!(rt::add::Stage { inputs: &[#(#inputs),*], output: #output, activation: #activation })
            }
            Kind::Concat => {
                let inputs = stage.inputs.iter().map(|&n| self.value(n));
                quote!(rt::concat::Stage { inputs: &[#(#inputs),*], output: #output })
            }
            Kind::Network { slot } => {
                let slot = number(*slot as u64);
                quote!(rt::network::Stage { #plain, slot: #slot })
            }
        }
    }

    /// Height, width, depth of a stage's input as it lies.
    fn input_extent(&self, stage: &Stage) -> (u64, u64, u64) {
        let value = stage.inputs.first().and_then(|&n| self.program.values[n]);
        value.map_or((1, 1, 1), |id| self.program.buffers[id].extent)
    }

    pub fn geometry(&self, conv: &Conv, stage: &Stage) -> TokenStream {
        let (height, width, depth) = self.input_extent(stage);
        let planar = stage.inputs.first().and_then(|&n| self.program.values[n]);
        let planar = planar.is_some_and(|id| self.program.buffers[id].planar);
        let (rows, columns) = output_extent(&conv.window, height, width);
        let (input, output) = (numbers(&[height, width, depth]), numbers(&[rows, columns, conv.filters]));
        let window = &conv.window;
        let (kernel, stride) = (pair(window.kernel), pair(window.stride));
        let (pad, dilation) = (pair(window.pad_before), pair(window.dilation));
        let groups = number(conv.groups);
        let bias = match conv.bias {
            Bias::None => quote!(None),
            Bias::Channel => quote!(Channel),
            Bias::Position => quote!(Position),
        };
        let algorithm = if planar {
            quote!(Planar)
        } else if conv.groups > 1 && conv.groups == depth && conv.filters == depth {
            quote!(Depthwise)
        } else {
            quote!(Blocked)
        };
        quote!(rt::conv::Geometry {
            input: #input, output: #output, kernel: #kernel, stride: #stride, pad: #pad, dilation: #dilation,
            groups: #groups, bias: rt::conv::Bias::#bias, algorithm: rt::conv::Algorithm::#algorithm,
        })
    }
}

/// The runtime's choice of methods.
pub fn by_batch(methods: ByBatch) -> TokenStream {
    let method = |method: Method| {
        let name = match method {
            Method::Direct => format_ident!("Direct"),
            Method::Strassen => format_ident!("Strassen"),
            Method::Winograd(size) => format_ident!("Winograd{size}"),
            Method::WinogradColumns => format_ident!("Winograd4x1"),
        };
        quote!(rt::conv::Method::#name)
    };
    if methods == ByBatch::DIRECT {
        return quote!(rt::conv::ByBatch::DIRECT);
    }
    let (few, many, from) = (method(methods.few), method(methods.many), number(methods.from));
    if methods.few == methods.many {
        quote!(rt::conv::ByBatch::always(#few))
    } else {
        quote!(rt::conv::ByBatch { few: #few, many: #many, from: #from })
    }
}

/// The expression that makes the parameters of a convolution.
pub fn new_conv(conv: &Conv, geometry: &TokenStream) -> TokenStream {
    match conv.kind {
        ConvKind::Fc => quote!(rt::Conv::fully_connected(&#geometry)),
        ConvKind::Conv | ConvKind::DwConv => quote!(rt::Conv::new(&#geometry)),
    }
}

pub fn option(value: Option<impl quote::ToTokens>) -> TokenStream {
    if let Some(value) = value {
        quote!(::core::option::Option::Some(#value))
    } else {
        quote!(::core::option::Option::None)
    }
}

fn activation(activation: Option<Activation>) -> TokenStream {
    let kind = match activation {
        None => quote!(Identity),
        Some(Activation::Relu) => quote!(Relu),
        Some(Activation::LeakyRelu(slope)) => {
            let slope = float(slope);
            quote!(LeakyRelu(#slope))
        }
        Some(Activation::Elu(a)) => {
            let a = float(a);
            quote!(Elu(#a))
        }
        Some(Activation::Sigmoid) => quote!(Sigmoid),
        Some(Activation::Tanh) => quote!(Tanh),
        Some(Activation::ClippedRelu(top)) => {
            let top = float(top);
            quote!(ClippedRelu(#top))
        }
    };
    quote!(rt::Activation::#kind)
}

fn pool(plain: &TokenStream, kind: &TokenStream, window: &Window) -> TokenStream {
    let (kernel, stride) = (pair(window.kernel), pair(window.stride));
    let ((top, left), (bottom, right)) = (window.pad_before, window.pad_after);
    let pad = numbers(&[top, left, bottom, right]);
    quote!(rt::pool::Stage { #plain, kind: rt::pool::Kind::#kind, kernel: #kernel, stride: #stride, pad: #pad })
}
