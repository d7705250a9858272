//! Layers: the word with its options filled in becomes an operation, and the volume goes on.

use syn::Ident;

use super::flow::{Flow, Sure};
use super::numbers::{bare, flag, option, span_of};
use super::report::address;
use super::{Lowering, NewLayer};
use crate::ast::{Algorithm, Layer, OptionValue, Word};
use crate::diag;
use crate::ir::{Activation, Bias, Conv, ConvKind, NodeId, Op, Window};
use crate::shape::{Rounding, Volume};

impl Lowering<'_> {
    pub fn layer(&mut self, layer: &Layer, name: Option<&Ident>, flow: Flow, last: bool) -> Flow {
        let child = self.child(name, layer.word.name(), layer.word_span);
        let (op, volume, sure) = match layer.word {
            Word::Conv | Word::DwConv => return self.convolution(layer, child, flow),
            Word::MaxPool | Word::AvgPool => return self.pool(layer, child, flow),
            Word::Gap => self.gap(layer, flow),
            Word::Fc => self.fc(layer, flow),
            Word::Flatten => self.flatten(layer, flow),
            Word::Widen => self.widen(layer, flow),
            Word::Upsample => self.upsample(layer, flow),
            Word::Maxout => self.maxout(layer, flow),
            Word::Relu => keeps(flow, Op::Activation(Activation::Relu)),
            Word::Sigmoid => keeps(flow, Op::Activation(Activation::Sigmoid)),
            Word::Tanh => keeps(flow, Op::Activation(Activation::Tanh)),
            Word::LeakyRelu => {
                keeps(flow, Op::Activation(Activation::LeakyRelu(self.real_value(layer).unwrap_or(0.1))))
            }
            Word::Elu => keeps(flow, Op::Activation(Activation::Elu(self.real_value(layer).unwrap_or(1.0)))),
            Word::ClippedRelu => keeps(flow, self.clipped_relu(layer)),
            Word::Bn => keeps(flow, self.bn(layer)),
            Word::Lrn => self.lrn(layer, flow),
            Word::Dropout => keeps(flow, self.dropout(layer)),
            Word::Softmax => {
                if !last {
                    self.report(address(layer), "softmax", &layer.tokens, diag::layer::SOFTMAX_NOT_LAST);
                }
                keeps(flow, Op::Softmax)
            }
        };
        let text = self.text(layer);
        self.push_layer(NewLayer { op, from: flow, volume, sure, text, child, tokens: &layer.tokens })
    }

    /// The incoming volume as a map; features are an error.
    pub fn map(&mut self, layer: &Layer, flow: Flow) -> Flow {
        let Volume::Features(depth) = flow.volume else { return flow };
        if flow.sure.kind {
            let input = Some(depth).filter(|_| flow.node == 0);
            let message =
                diag::layer::needs_volume(&self.short_text(layer), &flow.shown(), &self.source(flow.node), input);
            self.report(address(layer), "features", &layer.tokens, &message);
        }
        let volume = Volume::Map { height: 1, width: 1, depth };
        Flow { volume, sure: Sure { kind: true, size: false, depth: flow.sure.depth && flow.sure.kind }, ..flow }
    }

    /// What gave a volume, for errors.
    pub fn source(&self, node: NodeId) -> String {
        let node = &self.nodes[node];
        match node.op {
            Op::Add => "the sum before it".to_owned(),
            Op::Concat => "the concatenation before it".to_owned(),
            _ => format!("`{}`", diag::shape::short(&node.text)),
        }
    }

    pub fn short_text(&self, layer: &Layer) -> String {
        diag::shape::short(&self.text(layer)).to_owned()
    }

    pub fn bias(layer: &Layer) -> Bias {
        match option(layer, "bias").map(|option| &option.value) {
            Some(OptionValue::Bool(false)) => Bias::None,
            Some(OptionValue::Word(_)) if layer.word != Word::Fc => Bias::Position,
            _ => Bias::Channel,
        }
    }

    pub fn algorithm(&self, layer: &Layer) -> Algorithm {
        if flag(layer, "direct") {
            Algorithm::Direct
        } else if flag(layer, "fastest") {
            Algorithm::Fastest
        } else {
            self.def.algorithm
        }
    }

    /// The number after the dash; `parse` has reported a missing one.
    pub fn count(&mut self, layer: &Layer) -> Option<u64> {
        let of = match layer.word {
            Word::Fc => "the number of outputs",
            Word::Widen => "the depth",
            _ => "the number of filters",
        };
        layer.count.as_ref().and_then(|count| self.positive(count, of))
    }

    fn gap(&mut self, layer: &Layer, flow: Flow) -> (Op, Volume, Sure) {
        let flow = self.map(layer, flow);
        let volume = Volume::Map { height: 1, width: 1, depth: flow.volume.depth() };
        (Op::Gap, volume, Sure { size: true, ..flow.sure })
    }

    fn fc(&mut self, layer: &Layer, flow: Flow) -> (Op, Volume, Sure) {
        let count = self.count(layer);
        let filters = count.unwrap_or(1);
        let conv = Conv {
            kind: ConvKind::Fc,
            window: Window {
                kernel: flow.volume.size(),
                stride: (1, 1),
                pad_before: (0, 0),
                pad_after: (0, 0),
                dilation: (1, 1),
                rounding: Rounding::Exact,
            },
            filters,
            groups: 1,
            bias: Self::bias(layer),
            algorithm: self.algorithm(layer),
            half: self.def.half.is_some(),
        };
        (Op::Conv(conv), Volume::Features(filters), Sure { depth: count.is_some(), ..Sure::ALL })
    }

    fn flatten(&mut self, layer: &Layer, flow: Flow) -> (Op, Volume, Sure) {
        let count = flow.volume.len().unwrap_or_else(|| {
            self.too_large(&layer.tokens, &layer.text, flow.volume);
            1
        });
        (Op::Flatten, Volume::Features(count), Sure { depth: flow.sure.all(), ..Sure::ALL })
    }

    fn widen(&mut self, layer: &Layer, flow: Flow) -> (Op, Volume, Sure) {
        let count = self.count(layer);
        let (from, to) = (flow.volume.depth(), count.unwrap_or(flow.volume.depth()));
        if to < from && flow.sure.depth {
            let message = diag::layer::widen_narrows(&self.short_text(layer), from, &self.source(flow.node));
            let span = layer.count.as_ref().map_or(layer.word_span, span_of);
            self.report_at(address(layer), "widen", span, &message);
        }
        let more = to.saturating_sub(from);
        let before = more / 2;
        let sure = Sure { depth: count.is_some(), ..flow.sure };
        (Op::Widen { before }, flow.volume.with_depth(to), sure)
    }

    fn upsample(&mut self, layer: &Layer, flow: Flow) -> (Op, Volume, Sure) {
        let flow = self.map(layer, flow);
        let factor = layer.size.map_or((1, 1), |(height, width)| (height.max(1), width.max(1)));
        let (height, width, depth) = flow.volume.hwc();
        let grown = height.checked_mul(factor.0).zip(width.checked_mul(factor.1));
        if grown.is_none() && flow.sure.size {
            self.too_large(&layer.tokens, &layer.text, flow.volume);
        }
        let (height, width) = grown.unwrap_or((height, width));
        let sure = Sure { size: flow.sure.size && grown.is_some() && layer.size.is_some(), ..flow.sure };
        (Op::Upsample { factor, bilinear: flag(layer, "bilinear") }, Volume::Map { height, width, depth }, sure)
    }

    fn maxout(&mut self, layer: &Layer, flow: Flow) -> (Op, Volume, Sure) {
        let k = self.count_value(layer, "the number of channels").unwrap_or(2);
        let depth = flow.volume.depth();
        let divides = depth.is_multiple_of(k);
        if !divides && flow.sure.depth {
            let message = diag::layer::maxout(k, depth, &flow.shown(), &self.source(flow.node));
            self.report(address(layer), "maxout", &layer.tokens, &message);
        }
        let sure = Sure { depth: flow.sure.depth && divides, ..flow.sure };
        (Op::Maxout { k }, flow.volume.with_depth((depth / k).max(1)), sure)
    }

    fn bn(&mut self, layer: &Layer) -> Op {
        let eps = self.real_option(layer, "eps").unwrap_or(1e-5);
        let momentum = self.real_option(layer, "momentum").unwrap_or(0.1);
        if eps as f32 <= 0.0 {
            self.option_error(layer, "eps", &diag::layer::not_positive("eps", eps));
        }
        if !(0.0..=1.0).contains(&momentum) {
            self.option_error(layer, "momentum", &diag::layer::momentum(momentum));
        }
        Op::Bn { eps, momentum }
    }

    fn lrn(&mut self, layer: &Layer, flow: Flow) -> (Op, Volume, Sure) {
        let flow = self.map(layer, flow);
        let n = self.count_option(layer, "n").unwrap_or(5);
        if n.is_multiple_of(2) {
            self.option_error(layer, "n", &diag::layer::even_n(n));
        }
        let alpha = self.real_option(layer, "alpha").unwrap_or(1e-4);
        let beta = self.real_option(layer, "beta").unwrap_or(0.75);
        let k = self.real_option(layer, "k").unwrap_or(2.0);
        if alpha < 0.0 {
            self.option_error(layer, "alpha", &diag::layer::negative("alpha", alpha));
        }
        if k as f32 <= 0.0 {
            self.option_error(layer, "k", &diag::layer::not_positive("k", k));
        }
        keeps(flow, Op::Lrn { n, alpha, beta, k, within: flag(layer, "within") })
    }

    fn clipped_relu(&mut self, layer: &Layer) -> Op {
        let ceiling = self.real_value(layer).unwrap_or(20.0);
        if ceiling as f32 <= 0.0
            && let Some(value) = bare(layer)
        {
            self.report(address(layer), "ceiling", &value.tokens, &diag::layer::ceiling(ceiling));
        }
        Op::Activation(Activation::ClippedRelu(ceiling))
    }

    fn dropout(&mut self, layer: &Layer) -> Op {
        let p = self.real_value(layer).unwrap_or(0.5);
        if p >= 0.0 && (p as f32) < 1.0 {
            return Op::Dropout { p };
        }
        if let Some(value) = bare(layer) {
            self.report(address(layer), "dropout", &value.tokens, &diag::layer::dropout(p));
        }
        Op::Dropout { p: 0.0 }
    }

    /// An error about an option's value, on the option.
    pub fn option_error(&mut self, layer: &Layer, name: &'static str, message: &str) {
        let tokens = option(layer, name).map_or(&layer.tokens, |option| &option.tokens);
        self.report(address(layer), name, tokens, message);
    }
}

fn keeps(flow: Flow, op: Op) -> (Op, Volume, Sure) {
    (op, flow.volume, flow.sure)
}
