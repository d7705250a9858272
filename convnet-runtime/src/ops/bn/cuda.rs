//! Batch normalisation on the GPU.

use super::{Backward, Stage};
use crate::cpu::map::LANES;
use crate::cuda::launch::Argument;
use crate::cuda::source::{Emitter, Kernel, volume};
use crate::ops::activation::cuda::gradient;

/// Where mean and variance are: kept by the stage, or the running ones.
fn moments(stage: &Stage, weights: usize, emitter: &Emitter) -> [Option<Argument>; 2] {
    match stage.statistics {
        Some(place) => {
            let blocks = stage.input.map.channels.div_ceil(LANES) * LANES;
            let Some(Argument::Arena(mean)) = emitter.words(place) else { return [None; 2] };
            [Some(Argument::Arena(mean)), Some(Argument::Arena(mean + blocks * size_of::<f32>()))]
        }
        None => [emitter.parameter(weights, 2), emitter.parameter(weights, 3)],
    }
}

/// Fills `stage.output`; in training with the statistics of the batch, which it keeps, and which move the running ones.
pub fn forward(stage: &Stage, weights: usize, emitter: &mut Emitter) {
    let (input, output) = (&stage.input, &stage.output);
    let [mean, variance] = moments(stage, weights, emitter);
    if stage.statistics.is_some() {
        statistics(stage, weights, [mean, variance], emitter);
    }
    let kernel = Kernel::new("bn_forward", &["activation", "sums", "bn"], volume(&input.map))
        .with([("IN", input.map.pitch()), ("OUT", output.map.pitch())])
        .with([("RESIDUAL", usize::from(stage.residual.is_some()))])
        .with([("RES", stage.residual.map_or(0, |residual| residual.map.pitch()))])
        .activation(stage.activation)
        .number("eps", stage.eps);
    let arguments = [
        ("const val* x", emitter.at(input)),
        ("const float* mean", mean),
        ("const float* variance", variance),
        ("const float* weight", emitter.parameter(weights, 0)),
        ("const float* bias", emitter.parameter(weights, 1)),
        ("const val* residual", stage.residual.and_then(|residual| emitter.at(&residual))),
        ("val* y", emitter.at(output)),
        ("u32 batch", emitter.samples()),
    ];
    emitter.each(&kernel, emitter.batch * output.map.volume(), &arguments);
}

fn statistics(stage: &Stage, weights: usize, [mean, variance]: [Option<Argument>; 2], emitter: &mut Emitter) {
    let (map, blocks) = (&stage.input.map, stage.input.map.channels.div_ceil(32));
    let count = Emitter::parts(emitter.batch * map.height * map.width, blocks);
    let parts = emitter.scratch(2 * count * map.channels);
    let kernel = Kernel::new("bn_moments", &["activation", "sums", "bn"], volume(map)).with([("IN", map.pitch())]);
    let arguments =
        [("const val* x", emitter.at(&stage.input)), ("float* parts", parts), ("u32 batch", emitter.samples())];
    emitter.launch(&kernel, [blocks, count, 1], &arguments);
    let kernel =
        Kernel::new("bn_statistics", &["activation", "sums", "bn"], volume(map)).number("momentum", stage.momentum);
    let arguments = [
        ("const float* parts", parts),
        ("float* mean", mean),
        ("float* variance", variance),
        ("float* running_mean", emitter.parameter(weights, 2)),
        ("float* running_variance", emitter.parameter(weights, 3)),
        ("u32 batch", emitter.samples()),
        ("u32 part_count", Some(Argument::U32(count as u32))),
    ];
    emitter.each(&kernel, map.channels, &arguments);
}

/// The gradients of residual, weight, bias and input.
pub fn backward(pass: &Backward, weights: usize, emitter: &mut Emitter) {
    let stage = &pass.stage;
    if let Some(residual) = &pass.residual_gradient {
        gradient(stage.activation, &stage.output, &pass.output_gradient, residual, emitter);
    }
    let map = &stage.input.map;
    let [mean, variance] = moments(stage, weights, emitter);
    let batch_statistics = stage.statistics.is_some();
    let operands = [
        ("const val* x", emitter.at(&stage.input)),
        ("const val* y", emitter.at(&stage.output)),
        ("const val* dy", emitter.at(&pass.output_gradient)),
        ("const float* mean", mean),
    ];
    let kernel = |template| {
        Kernel::new(template, &["activation", "sums", "bn"], volume(map))
            .with([("IN", map.pitch()), ("OUT", stage.output.map.pitch()), ("DY", pass.output_gradient.map.pitch())])
            .activation(stage.activation)
            .number("eps", stage.eps)
    };
    let mut sums = None;
    if pass.train_weights || batch_statistics {
        let blocks = map.channels.div_ceil(32);
        let count = Emitter::parts(emitter.batch * map.height * map.width, blocks);
        let parts = emitter.scratch(2 * count * map.channels);
        let [x, y, dy, mean] = operands;
        let arguments = [x, y, dy, mean, ("float* parts", parts), ("u32 batch", emitter.samples())];
        emitter.launch(&kernel("bn_sums"), [blocks, count, 1], &arguments);
        sums = emitter.scratch(2 * map.channels);
        let (train, add) = (usize::from(pass.train_weights), usize::from(pass.accumulate));
        let arguments = [
            ("const float* parts", parts),
            ("const float* variance", variance),
            ("float* sums", sums),
            ("float* dweight", pass.train_weights.then(|| emitter.gradient(weights, 0)).flatten()),
            ("float* dbias", pass.train_weights.then(|| emitter.gradient(weights, 1)).flatten()),
            ("u32 part_count", Some(Argument::U32(count as u32))),
        ];
        emitter.each(&kernel("bn_gradients").with([("TRAIN", train), ("ADD", add)]), map.channels, &arguments);
    }
    if let Some(to) = &pass.input_gradient {
        let kernel = kernel("bn_backward")
            .with([("BATCH", usize::from(batch_statistics)), ("DX", to.buffer.map.pitch())])
            .with([("ADD", usize::from(to.accumulate))]);
        let [x, y, dy, mean] = operands;
        let arguments = [
            x,
            y,
            dy,
            mean,
            ("const float* variance", variance),
            ("const float* weight", emitter.parameter(weights, 0)),
            ("const float* sums", if batch_statistics { sums } else { None }),
            ("val* dx", emitter.at(&to.buffer)),
            ("u32 batch", emitter.samples()),
        ];
        emitter.each(&kernel, emitter.batch * map.volume(), &arguments);
    }
}
