//! Dropout on the GPU.

use super::{Mask, Stage};
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::launch::Argument;
use crate::cuda::source::{Emitter, Kernel, volume};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, emitter: &mut Emitter) {
    apply(stage, &stage.input, &Gradient::from(&stage.output), emitter);
}

/// The gradient of the input: the same elements survive.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, emitter: &mut Emitter) {
    apply(stage, output_gradient, input_gradient, emitter);
}

fn apply(stage: &Stage, from: &Buffer, to: &Gradient, emitter: &mut Emitter) {
    let mut kernel = Kernel::new("dropout_apply", &["dropout"], volume(&from.map))
        .with([("IN", from.map.pitch()), ("OUT", to.buffer.map.pitch()), ("ADD", usize::from(to.accumulate))])
        .with([("LAYER", stage.layer as usize), ("THRESHOLD", Mask::new(0, 0, stage.p).threshold as usize)])
        .number("scale", 1.0 / (1.0 - stage.p));
    kernel.members.push(format!("static FN u64 seed(u64 outer) {{ return {}; }}", emitter.seed()));
    let arguments = [
        ("const val* x", emitter.at(from)),
        ("val* y", emitter.at(&to.buffer)),
        ("const u64* seed", Some(Argument::Seed)),
        ("u32 batch", emitter.samples()),
    ];
    emitter.each(&kernel, emitter.batch * from.map.volume(), &arguments);
}
