//! Goes through the stages of a network and of the networks inside it.

use super::chain::chain;
use super::emitter::Emitter;
use super::head::{Staging, load, load_input, loss, pack, repeat, store, update};
use super::scope::Scope;
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::launch::{Launch, Launches, Precision};
use crate::ops::activation::Activation;
use crate::ops::relayout::cuda::{Side, copy};
use crate::ops::{
    activation, add, bn, concat, conv, dropout, flatten, gap, lrn, maxout, network, pool, softmax, upsample, widen,
};
use crate::program::{BackStep, Program, Step};

/// All kernels and launches of a network for one architecture and batch size.
pub(super) fn walk(program: &Program, precision: Precision, architecture: &str, batch: usize) -> (Emitter, Launches) {
    let mut launches = Launches::default();
    let mut emitter = Emitter::new(Scope::new(program, false), precision, architecture, batch);
    infer(&mut emitter, &mut launches);
    emitter.scope = Scope::new(program, true);
    train(&mut emitter, &mut launches);
    launches.update = update(&mut emitter);
    launches.update.extend(pack(false, &mut emitter));
    launches.pack = pack(true, &mut emitter);
    (emitter, launches)
}

fn begin(emitter: &mut Emitter) -> Staging {
    let volumes = emitter.scope.floats() * emitter.batch * emitter.precision.bytes();
    Staging::new(emitter.keep(volumes), emitter.batch)
}

fn infer(emitter: &mut Emitter, launches: &mut Launches) {
    let program = emitter.scope.program;
    let mut staging = begin(emitter);
    let input = &program.frames[0].input;
    launches.input = staging.dense(input, emitter);
    launches.output = program.outputs.iter().map(|output| staging.take(&output.map)).collect();
    emitter.set_workspace(staging.end);

    load_input(launches.input, input, emitter);
    forward_out(program.outputs, &launches.output, emitter);
    launches.infer = take(emitter);
    launches.arena = emitter.end();
}

fn train(emitter: &mut Emitter, launches: &mut Launches) {
    let program = emitter.scope.program;
    let mut staging = begin(emitter);
    let input = &program.frames[1].input;
    launches.training_input = staging.dense(input, emitter);
    // Backward may use the place of the logits for something else.
    launches.logits = program.logits.iter().map(|logits| staging.take(&logits.map)).collect();
    launches.gradient = program.logits.iter().map(|logits| staging.take(&logits.map)).collect();
    emitter.set_workspace(staging.end);

    load_input(launches.training_input, input, emitter);
    forward_out(program.logits, &launches.logits, emitter);
    launches.forward = take(emitter);

    for (head, logits) in program.logits.iter().enumerate() {
        let places = [launches.logits[head], launches.gradient[head]];
        launches.cross_entropy.push(loss("cross_entropy", places, head, &logits.map, emitter));
        launches.mean_squared.push(loss("mean_squared", places, head, &logits.map, emitter));
    }

    let mut written: Vec<Buffer> = Vec::new();
    for (gradient, &place) in program.gradients.iter().zip(&launches.gradient) {
        let Some(gradient) = gradient else { continue };
        load(place, gradient, written.contains(gradient), emitter);
        written.push(*gradient);
    }
    backward(program.backward, emitter);
    launches.backward = take(emitter);
    launches.training_arena = emitter.end();
}

fn take(emitter: &mut Emitter) -> Vec<Launch> {
    std::mem::take(&mut emitter.launches)
}

/// The stages of the present network, and what leaves it to places of its own, in `f32`: from the sums that it is made
/// of where no other stage reads it, otherwise from the volume.
fn forward_out(volumes: &[Buffer], places: &[usize], emitter: &mut Emitter) {
    let (steps, batch) = (emitter.scope.steps(), emitter.batch);
    let last = |volume: &Buffer| {
        let writes = |step: &Step| single_output(step).is_some_and(|output| output == *volume);
        let reads = |step: &Step| inputs(step).iter().any(|input| input.meets(volume, batch));
        let index = steps.iter().rposition(writes)?;
        (!steps[index + 1..].iter().any(reads)).then_some(index)
    };
    let outlets: Vec<Option<usize>> = volumes.iter().map(last).collect();
    for (index, step) in steps.iter().enumerate() {
        let head = outlets.iter().position(|outlet| *outlet == Some(index));
        emitter.outlet = head.map(|head| places[head]);
        forward_step(step, emitter);
    }
    emitter.outlet = None;
    for (head, volume) in volumes.iter().enumerate() {
        // Heads of the same value share a volume.
        let first = outlets.iter().position(|outlet| outlet.is_some() && *outlet == outlets[head]);
        match first {
            Some(first) if first == head => {}
            Some(first) => repeat(volume, places[first], places[head], emitter),
            None => store(volume, places[head], emitter),
        }
    }
}

/// What a stage writes that can write it in `f32`, dense, and does not read it again in backward.
fn single_output(step: &Step) -> Option<Buffer> {
    match step {
        Step::Conv { stage, .. } if !stage.pool && stage.activation == Activation::Identity => Some(stage.output),
        Step::Softmax(stage) => Some(stage.output),
        _ => None,
    }
}

/// What a stage reads.
fn inputs(step: &Step) -> Vec<Buffer> {
    match step {
        Step::Conv { stage, .. } => std::iter::once(stage.input).chain(stage.residual).collect(),
        Step::Norm { stage, .. } => std::iter::once(stage.input).chain(stage.residual).collect(),
        Step::Network { stage, .. } => vec![stage.input],
        Step::Pool(stage) => vec![stage.input],
        Step::Gap(stage) => vec![stage.input],
        Step::Flatten(stage) => vec![stage.input],
        Step::Widen(stage) => vec![stage.input],
        Step::Upsample(stage) => vec![stage.input],
        Step::Activation(stage) => vec![stage.input],
        Step::Maxout(stage) => vec![stage.input],
        Step::Lrn(stage) => vec![stage.input],
        Step::Dropout(stage) => vec![stage.input],
        Step::Softmax(stage) => vec![stage.input],
        Step::Add(stage) => stage.inputs.to_vec(),
        Step::Concat(stage) => stage.inputs.to_vec(),
    }
}

/// The stages of the present network.
fn forward(emitter: &mut Emitter) {
    for step in emitter.scope.steps() {
        forward_step(step, emitter);
    }
}

fn forward_step(step: &Step, emitter: &mut Emitter) {
    emitter.release();
    match step {
        Step::Conv { stage, weights, norm } => conv::cuda::forward(stage, *weights, *norm, emitter),
        Step::Norm { stage, weights } => bn::cuda::forward(stage, *weights, emitter),
        Step::Network { stage, network, weights, training } => {
            inner_forward(stage, network, *weights, *training, emitter);
        }
        Step::Pool(stage) => pool::cuda::forward(stage, emitter),
        Step::Gap(stage) => gap::cuda::forward(stage, emitter),
        Step::Flatten(stage) => flatten::cuda::forward(stage, emitter),
        Step::Widen(stage) => widen::cuda::forward(stage, emitter),
        Step::Upsample(stage) => upsample::cuda::forward(stage, emitter),
        Step::Activation(stage) => activation::cuda::forward(stage, emitter),
        Step::Maxout(stage) => maxout::cuda::forward(stage, emitter),
        Step::Lrn(stage) => lrn::cuda::forward(stage, emitter),
        Step::Dropout(stage) => dropout::cuda::forward(stage, emitter),
        Step::Softmax(stage) => softmax::cuda::forward(stage, emitter),
        Step::Add(stage) => add::cuda::forward(stage, emitter),
        Step::Concat(stage) => concat::cuda::forward(stage, emitter),
    }
}

/// Runs `body` in the scope of a network that is a layer of the present one.
fn inside(inner: Scope, emitter: &mut Emitter, body: impl FnOnce(&mut Emitter)) {
    let outer = std::mem::replace(&mut emitter.scope, inner);
    body(emitter);
    emitter.scope = outer;
}

/// Copies a volume from the scope of one network to that of another.
fn hand(from: (&Scope, &Buffer), to: (&Scope, &Gradient), emitter: &mut Emitter) {
    let side = |(scope, buffer): (&Scope, &Buffer), emitter: &mut Emitter| {
        let present = std::mem::replace(&mut emitter.scope, scope.clone());
        let side = Side::new(buffer, 0, emitter);
        emitter.scope = present;
        side
    };
    let (source, target) = (side(from, emitter), side((to.0, &to.1.buffer), emitter));
    copy(&from.1.map, &source, &target, to.1.accumulate, emitter);
}

fn inner_forward(stage: &network::Stage, program: &Program, weights: usize, training: bool, emitter: &mut Emitter) {
    let outer = emitter.scope.clone();
    let inner = outer.inner(program, training, stage.slot, weights);
    let input = Gradient::from(&program.frames[usize::from(training)].input);
    hand((&outer, &stage.input), (&inner, &input), emitter);
    inside(inner.clone(), emitter, forward);
    // A network that is a layer has one output.
    let outputs = if training { program.logits } else { program.outputs };
    for output in outputs.iter().take(1) {
        hand((&inner, output), (&outer, &Gradient::from(&stage.output)), emitter);
    }
}

fn backward(steps: &[BackStep], emitter: &mut Emitter) {
    for (step, (before, ready)) in steps.iter().zip(chain(steps, emitter.batch)) {
        emitter.release();
        match step {
            BackStep::Conv { pass, weights } => conv::cuda::backward(pass, *weights, before, ready, emitter),
            BackStep::Norm { pass, weights } => bn::cuda::backward(pass, *weights, emitter),
            BackStep::Network { stage, network, weights, output_gradient, input_gradient } => {
                inner_backward(stage, network, *weights, output_gradient, input_gradient.as_ref(), emitter);
            }
            BackStep::Pool(stage, dy, dx) => pool::cuda::backward(stage, dy, dx, emitter),
            BackStep::Gap(stage, dy, dx) => gap::cuda::backward(stage, dy, dx, emitter),
            BackStep::Flatten(stage, dy, dx) => flatten::cuda::backward(stage, dy, dx, emitter),
            BackStep::Widen(stage, dy, dx) => widen::cuda::backward(stage, dy, dx, emitter),
            BackStep::Upsample(stage, dy, dx) => upsample::cuda::backward(stage, dy, dx, emitter),
            BackStep::Activation(stage, dy, dx) => activation::cuda::backward(stage, dy, dx, emitter),
            BackStep::Maxout(stage, dy, dx) => maxout::cuda::backward(stage, dy, dx, emitter),
            BackStep::Lrn(stage, dy, dx) => lrn::cuda::backward(stage, dy, dx, emitter),
            BackStep::Dropout(stage, dy, dx) => dropout::cuda::backward(stage, dy, dx, emitter),
            BackStep::Add(pass) => add::cuda::backward(pass, emitter),
            BackStep::Concat(pass) => concat::cuda::backward(pass, emitter),
        }
    }
}

fn inner_backward(
    stage: &network::Stage,
    program: &Program,
    weights: usize,
    output_gradient: &Buffer,
    input_gradient: Option<&Gradient>,
    emitter: &mut Emitter,
) {
    let outer = emitter.scope.clone();
    let inner = outer.inner(program, true, stage.slot, weights);
    for to in program.gradients.iter().flatten().take(1) {
        hand((&outer, output_gradient), (&inner, &Gradient::from(to)), emitter);
    }
    let steps = if input_gradient.is_some() { program.backward_to_input } else { program.backward };
    inside(inner.clone(), emitter, |emitter| backward(steps, emitter));
    if let (Some(from), Some(to)) = (&program.input_gradient, input_gradient) {
        hand((&inner, from), (&outer, to), emitter);
    }
}
