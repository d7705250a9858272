//! Which stages of backward do a part of the next one's work: a convolution that alone writes the gradient of a volume applies
//! the activation that made it, and sums up the gradient of the bias, while it has the gradient in registers.

use std::collections::BTreeMap;

use crate::cpu::map::Buffer;
use crate::ops::activation::Activation;
use crate::ops::conv::{Backward, Bias};
use crate::program::BackStep;

/// What a convolution in backward does for the stage that made its input.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Before {
    /// The gradient is multiplied by its slope.
    pub activation: Activation,
    /// The set of parameters of whose bias the gradient is summed up.
    pub bias: Option<usize>,
}

/// What is done already when a convolution's turn comes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ready {
    /// The slope of its activation.
    pub slope: bool,
    /// The gradient of its bias.
    pub bias: bool,
}

/// What each step does for a later one, and what is done for it.
pub(crate) fn chain(steps: &[BackStep], batch: usize) -> Vec<(Option<Before>, Ready)> {
    let mut uses = BTreeMap::<usize, usize>::new();
    for step in steps {
        if let BackStep::Conv { weights, .. } = step {
            *uses.entry(*weights).or_default() += 1;
        }
    }
    let mut all = vec![(None, Ready::default()); steps.len()];
    for (index, step) in steps.iter().enumerate() {
        let BackStep::Conv { pass, .. } = step else { continue };
        let Some(to) = pass.input_gradient.filter(|to| !to.accumulate) else { continue };
        let touches = |step: &BackStep| touched(step).iter().any(|buffer| buffer.meets(&to.buffer, batch));
        let Some(next) = (index + 1..steps.len()).find(|&next| touches(&steps[next])) else { continue };
        let BackStep::Conv { pass: before, weights } = &steps[next] else { continue };
        if before.output_gradient != to.buffer || before.stage.output != pass.stage.input {
            continue;
        }
        let bias = sums_bias(pass, before) && uses.get(weights) == Some(&1);
        all[index].0 = Some(Before { activation: before.stage.activation, bias: bias.then_some(*weights) });
        all[next].1 = Ready { slope: true, bias };
    }
    all
}

/// Whether the convolution of `pass` sums up the gradient of the bias before it.
fn sums_bias(pass: &Backward, before: &Backward) -> bool {
    !pass.stage.geometry.is_depthwise() && before.train_weights && before.stage.geometry.bias == Bias::Channel
}

/// The gradients that a step reads and writes.
fn touched(step: &BackStep) -> Vec<Buffer> {
    match step {
        BackStep::Conv { pass, .. } => {
            let written = [pass.input_gradient, pass.residual_gradient];
            let written = written.into_iter().flatten().map(|to| to.buffer);
            [pass.output_gradient, pass.sum_gradient].into_iter().chain(written).collect()
        }
        BackStep::Norm { pass, .. } => {
            let written = [pass.input_gradient, pass.residual_gradient];
            std::iter::once(pass.output_gradient).chain(written.into_iter().flatten().map(|to| to.buffer)).collect()
        }
        BackStep::Network { output_gradient, input_gradient, .. } => {
            std::iter::once(*output_gradient).chain(input_gradient.map(|to| to.buffer)).collect()
        }
        BackStep::Pool(_, dy, dx)
        | BackStep::Gap(_, dy, dx)
        | BackStep::Flatten(_, dy, dx)
        | BackStep::Widen(_, dy, dx)
        | BackStep::Upsample(_, dy, dx)
        | BackStep::Activation(_, dy, dx)
        | BackStep::Maxout(_, dy, dx)
        | BackStep::Lrn(_, dy, dx)
        | BackStep::Dropout(_, dy, dx) => vec![*dy, dx.buffer],
        BackStep::Add(pass) => {
            std::iter::once(pass.output_gradient).chain(pass.input_gradients.iter().map(|to| to.buffer)).collect()
        }
        BackStep::Concat(pass) => {
            std::iter::once(pass.output_gradient).chain(pass.input_gradients.iter().map(|(_, to)| to.buffer)).collect()
        }
    }
}
