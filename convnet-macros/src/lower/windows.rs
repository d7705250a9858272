//! Layers with a window: convolutions and pools.

use super::flow::{Flow, Sure};
use super::names::Child;
use super::numbers::{flag, option};
use super::report::address;
use super::{Lowering, NewLayer};
use crate::ast::{Layer, Word};
use crate::diag;
use crate::diag::shape::Sliding;
use crate::ir::{Conv, ConvKind, Op, Window};
use crate::shape::{Axis, Fit, Misfit, Rounding, Slide, Volume};

/// How a window is placed: rounding and padding, and whether an error makes its size a guess.
struct Placing {
    rounding: Rounding,
    pad: (u64, u64),
    sure: bool,
}

impl Lowering<'_> {
    pub fn convolution(&mut self, layer: &Layer, child: Child, from: Flow) -> Flow {
        let flow = self.map(layer, from);
        let depth = flow.volume.depth();
        let kernel = kernel(layer).unwrap_or((1, 1));
        let (stride, dilation) = (self.stride(layer), self.positive_pair_option(layer, "dilation"));
        let zero =
            layer.stride.is_some() && stride.is_none() || option(layer, "dilation").is_some() && dilation.is_none();
        let (stride, dilation) = (stride.unwrap_or((1, 1)), dilation.unwrap_or((1, 1)));
        let count = self.count(layer);
        let (kind, filters, groups) = if layer.word == Word::DwConv {
            (ConvKind::DwConv, depth, depth)
        } else {
            let filters = count.unwrap_or(1);
            (ConvKind::Conv, filters, self.groups(layer, flow, count))
        };
        let placing = self.conv_placing(layer, kernel, dilation);
        let slide = slide(flow.volume, kernel, stride, dilation, &placing, None);
        let sliding = self.sliding(layer, slide, flow, filters);
        if !placing.sure && option(layer, "pad").is_none() {
            self.even_window(layer, &sliding, flow.sure.size);
        }
        let sure = Sure { size: flow.sure.size && placing.sure && layer.size.is_some() && !zero, ..flow.sure };
        let (window, size, fits) = self.slide(layer, &sliding, sure.size);
        let sure = Sure {
            size: sure.size && fits,
            depth: if kind == ConvKind::Conv { count.is_some() } else { flow.sure.depth },
            kind: true,
        };
        let (bias, algorithm) = (Self::bias(layer), self.algorithm(layer));
        let op = Op::Conv(Conv { kind, window, filters, groups, bias, algorithm, half: false });
        self.push_window(layer, op, from, size, sure, child, sliding)
    }

    pub fn pool(&mut self, layer: &Layer, child: Child, from: Flow) -> Flow {
        let flow = self.map(layer, from);
        let kernel = kernel(layer).unwrap_or((2, 2));
        let stride = self.stride(layer);
        let zero = layer.stride.is_some() && stride.is_none();
        let stride = stride.unwrap_or(kernel);
        let most = (kernel.0 / 2, kernel.1 / 2);
        let placing = self.pool_placing(layer, most);
        let slide = slide(flow.volume, kernel, stride, (1, 1), &placing, Some(most));
        let sliding = self.sliding(layer, slide, flow, flow.volume.depth());
        let sure = flow.sure.size && placing.sure && !zero;
        let (window, size, fits) = self.slide(layer, &sliding, sure);
        let sure = Sure { kind: true, size: sure && fits, ..flow.sure };
        let op = if layer.word == Word::MaxPool { Op::MaxPool(window) } else { Op::AvgPool(window) };
        self.push_window(layer, op, from, size, sure, child, sliding)
    }

    fn push_window(
        &mut self,
        layer: &Layer,
        op: Op,
        from: Flow,
        (height, width): (u64, u64),
        sure: Sure,
        child: Child,
        sliding: Sliding,
    ) -> Flow {
        let volume = Volume::Map { height, width, depth: sliding.depth };
        let text = self.text(layer);
        let flow = self.push_layer(NewLayer { op, from, volume, sure, text, child, tokens: &layer.tokens });
        if flow.sure.all() {
            self.sliding.insert(flow.node, sliding);
        }
        flow
    }

    fn sliding(&self, layer: &Layer, slide: Slide, flow: Flow, depth: u64) -> Sliding {
        Sliding {
            layer: self.short_text(layer),
            slide,
            input: flow.volume,
            from: self.source(flow.node),
            depth,
            pad_written: option(layer, "pad").is_some(),
            pool: matches!(layer.word, Word::MaxPool | Word::AvgPool),
        }
    }

    /// The window on its map, the size of what it gives and whether it fits; reports when it does not and is sure.
    fn slide(&mut self, layer: &Layer, sliding: &Sliding, sure: bool) -> (Window, (u64, u64), bool) {
        let slide = sliding.slide;
        let fit = slide.fit();
        if let Err(misfit) = fit
            && sure
        {
            let message = match misfit {
                Misfit::Rest | Misfit::TooLarge => diag::shape::does_not_fit(sliding),
                Misfit::Overflow => diag::shape::too_large(sliding),
            };
            self.report(address(layer), "fit", &layer.tokens, &message);
        }
        let guess = |axis: Axis| Fit { output: axis.guess(), pad_before: axis.pad, pad_after: axis.pad };
        let (height, width) = fit.unwrap_or((guess(slide.height), guess(slide.width)));
        let window = Window {
            kernel: (slide.height.kernel, slide.width.kernel),
            stride: slide.stride(),
            pad_before: (height.pad_before, width.pad_before),
            pad_after: (height.pad_after, width.pad_after),
            dilation: (slide.height.dilation, slide.width.dilation),
            rounding: slide.rounding,
        };
        (window, (height.output, width.output), fit.is_ok())
    }

    fn groups(&mut self, layer: &Layer, flow: Flow, filters: Option<u64>) -> u64 {
        let groups = self.count_option(layer, "groups").unwrap_or(1);
        let depth = flow.volume.depth();
        let splits_depth = depth.is_multiple_of(groups);
        let splits_filters = filters.is_none_or(|filters| filters.is_multiple_of(groups));
        let wrong_depth = (!splits_depth && flow.sure.depth).then_some(depth);
        let wrong_filters = filters.filter(|_| !splits_filters);
        if wrong_depth.is_some() || wrong_filters.is_some() {
            let from = self.source(flow.node);
            self.option_error(layer, "groups", &diag::layer::groups(groups, wrong_depth, &from, wrong_filters));
        }
        if splits_depth && splits_filters { groups } else { 1 }
    }

    fn conv_placing(&mut self, layer: &Layer, kernel: (u64, u64), dilation: (u64, u64)) -> Placing {
        let own = own_rounding(layer);
        let rounding = match own.unwrap_or(self.def.rounding) {
            Rounding::Ceil => Rounding::Floor,
            rounding => rounding,
        };
        let pad = self.pair_option(layer, "pad");
        if rounding == Rounding::Same {
            return self.same(layer, own.is_some());
        }
        if let Some(pad) = pad {
            return Placing { rounding, pad, sure: true };
        }
        let even = kernel.0.is_multiple_of(2) || kernel.1.is_multiple_of(2);
        let half = |kernel: u64, dilation: u64| (kernel - 1).saturating_mul(dilation) / 2;
        Placing { rounding, pad: (half(kernel.0, dilation.0), half(kernel.1, dilation.1)), sure: !even }
    }

    /// An even window without `pad`, which `sliding` has rounded down.
    fn even_window(&mut self, layer: &Layer, sliding: &Sliding, sure: bool) {
        let slide = sliding.slide;
        let odd = |axis: Axis| axis.pad + axis.reach().map_or(0, |reach| (reach - 1) % 2);
        let more = slide.with_pad((odd(slide.height), odd(slide.width)));
        let fits = [slide, more, slide.with_rounding(Rounding::Same)];
        let sliding = Sliding { pad_written: true, ..sliding.clone() };
        let message = diag::shape::even_window(&sliding, if sure { &fits } else { &[] });
        self.report(address(layer), "pad", &layer.tokens, &message);
    }

    fn pool_placing(&mut self, layer: &Layer, most: (u64, u64)) -> Placing {
        let own = own_rounding(layer);
        let rounding = own.unwrap_or(self.def.rounding);
        if rounding == Rounding::Same {
            return self.same(layer, own.is_some());
        }
        let pad = self.pair_option(layer, "pad").unwrap_or((0, 0));
        let sure = pad.0 <= most.0 && pad.1 <= most.1;
        if !sure {
            let message = diag::layer::pool_pad(&self.short_text(layer), pad, most);
            self.option_error(layer, "pad", &message);
        }
        Placing { rounding, pad, sure }
    }

    fn same(&mut self, layer: &Layer, own: bool) -> Placing {
        let pad = self.pair_option(layer, "pad");
        if pad.is_some() {
            self.option_error(layer, "pad", &diag::layer::same_and_pad(own));
        }
        Placing { rounding: Rounding::Same, pad: (0, 0), sure: pad.is_none() }
    }
}

/// The window's size; `parse` has reported zeros.
fn kernel(layer: &Layer) -> Option<(u64, u64)> {
    layer.size.map(|(height, width)| (height.max(1), width.max(1)))
}

fn own_rounding(layer: &Layer) -> Option<Rounding> {
    let flags =
        [("exact", Rounding::Exact), ("floor", Rounding::Floor), ("ceil", Rounding::Ceil), ("same", Rounding::Same)];
    flags.into_iter().find(|(name, _)| flag(layer, name)).map(|(_, rounding)| rounding)
}

fn slide(
    input: Volume,
    kernel: (u64, u64),
    stride: (u64, u64),
    dilation: (u64, u64),
    placing: &Placing,
    most_pad: Option<(u64, u64)>,
) -> Slide {
    let (height, width) = input.size();
    let pad = placing.pad;
    Slide {
        height: Axis { input: height, kernel: kernel.0, stride: stride.0, pad: pad.0, dilation: dilation.0 },
        width: Axis { input: width, kernel: kernel.1, stride: stride.1, pad: pad.1, dilation: dilation.1 },
        rounding: placing.rounding,
        most_pad,
    }
}
