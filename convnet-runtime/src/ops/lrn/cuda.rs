//! Local response normalisation on the GPU.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    emitter.forward(stage.kernel("lrn_forward"), &stage.input, &stage.output, stage.output.map.volume());
}

/// The gradient of the input, in two steps.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    let count = emitter.batch * stage.input.map.volume();
    let (x, dy) = (emitter.at(&stage.input), emitter.at(output_gradient));
    let (scales, terms) = (emitter.scratch(count), emitter.scratch(count));
    let kernel = stage.kernel("lrn_terms").with([("IN", stage.input.map.pitch()), ("DY", output_gradient.map.pitch())]);
    let arguments = [
        ("const val* x", x),
        ("const val* dy", dy),
        ("float* scales", scales),
        ("float* terms", terms),
        ("u32 batch", emitter.samples()),
    ];
    emitter.each(&kernel, count, &arguments);
    let kernel = stage.kernel("lrn_backward").with([
        ("IN", stage.input.map.pitch()),
        ("DY", output_gradient.map.pitch()),
        ("DX", input_gradient.buffer.map.pitch()),
        ("ADD", usize::from(input_gradient.accumulate)),
    ]);
    let arguments = [
        ("const val* x", x),
        ("const val* dy", dy),
        ("const float* scales", scales),
        ("const float* terms", terms),
        ("val* dx", emitter.at(&input_gradient.buffer)),
        ("u32 batch", emitter.samples()),
    ];
    emitter.each(&kernel, count, &arguments);
}

impl Stage {
    fn kernel(&self, template: &'static str) -> Kernel {
        let rule = self.rule;
        Kernel::new(template, &["lrn"], volume(&self.input.map))
            .with([("N", rule.n), ("WITHIN", usize::from(rule.within))])
            .number("k", rule.k)
            .number("weight", rule.alpha / rule.count() as f32)
            .number("beta", rule.beta)
    }
}
