//! A network's programs as data: the stages that its generated code runs on the CPU, for whatever runs the network
//! elsewhere.

use crate::cpu::map::{Buffer, Gradient};
use crate::network::Frame;
use crate::ops::{
    activation, add, bn, concat, conv, dropout, flatten, gap, lrn, maxout, network, pool, softmax, upsample, widen,
};

/// All programs of a network.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// The stages of inference, in order.
    pub inference: &'static [Step],
    /// The stages of forward in training, in order.
    pub training: &'static [Step],
    /// The stages of backward, in order.
    pub backward: &'static [BackStep],
    /// The same where an outer network asks for the gradient of the input.
    pub backward_to_input: &'static [BackStep],
    /// The sets of parameters, in the order in which they are visited.
    pub weights: &'static [Weights],
    /// The arenas of inference and training.
    pub frames: [Frame; 2],
    /// Where inference leaves the outputs, head by head.
    pub outputs: &'static [Buffer],
    /// Where forward leaves the logits.
    pub logits: &'static [Buffer],
    /// Where backward expects their gradients, if it reads them. Heads of the same value share one place: the gradient
    /// there is their sum.
    pub gradients: &'static [Option<Buffer>],
    /// Where `backward_to_input` leaves the gradient of the input.
    pub input_gradient: Option<Buffer>,
}

impl Program {
    /// The program of a network that is wrong.
    pub const NOTHING: Self = Self {
        inference: &[],
        training: &[],
        backward: &[],
        backward_to_input: &[],
        weights: &[],
        frames: [Frame { floats: 0, input: crate::generated::NOWHERE }; 2],
        outputs: &[],
        logits: &[],
        gradients: &[],
        input_gradient: None,
    };
}

/// One set of parameters.
#[derive(Clone, Copy, Debug)]
pub enum Weights {
    /// Weight and, unless the geometry has none, bias.
    Conv(conv::Geometry),
    /// Weight, bias, running mean and running variance of so many channels.
    Norm(usize),
    /// All of an inner network.
    Network(&'static Program),
}

/// A stage forward. `weights` is an index in [`Program::weights`].
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// A convolution, with the batch norm that is folded into it: its weights and what it adds to the variance.
    Conv {
        /// The stage.
        stage: conv::Stage,
        /// Its parameters.
        weights: usize,
        /// The folded batch norm.
        norm: Option<(usize, f32)>,
    },
    /// A batch norm. It takes the statistics of the batch where it has a place to keep them.
    Norm {
        /// The stage.
        stage: bn::Stage,
        /// Its parameters.
        weights: usize,
    },
    /// A network as a layer.
    Network {
        /// The stage.
        stage: network::Stage,
        /// The inner network.
        network: &'static Program,
        /// Its parameters.
        weights: usize,
        /// Whether the inner network runs in training mode.
        training: bool,
    },
    /// A pool.
    Pool(pool::Stage),
    /// A global average.
    Gap(gap::Stage),
    /// A change of order.
    Flatten(flatten::Stage),
    /// More channels.
    Widen(widen::Stage),
    /// A larger map.
    Upsample(upsample::Stage),
    /// An activation.
    Activation(activation::Stage),
    /// A maximum over channels.
    Maxout(maxout::Stage),
    /// A local response normalisation.
    Lrn(lrn::Stage),
    /// Dropout, in training.
    Dropout(dropout::Stage),
    /// Probabilities.
    Softmax(softmax::Stage),
    /// A sum.
    Add(add::Stage),
    /// A concatenation.
    Concat(concat::Stage),
}

/// A stage backward: what ran forward, the gradient of its output, where the gradient of its input goes.
#[derive(Clone, Copy, Debug)]
// A program is a constant: boxes cannot be, and there is one step per layer.
#[allow(clippy::large_enum_variant)]
pub enum BackStep {
    /// A convolution.
    Conv {
        /// The stage.
        pass: conv::Backward,
        /// Its parameters.
        weights: usize,
    },
    /// A batch norm.
    Norm {
        /// The stage.
        pass: bn::Backward,
        /// Its parameters.
        weights: usize,
    },
    /// A network as a layer.
    Network {
        /// What ran forward.
        stage: network::Stage,
        /// The inner network.
        network: &'static Program,
        /// Its parameters.
        weights: usize,
        /// The gradient of the output.
        output_gradient: Buffer,
        /// The gradient of the input, if it is wanted.
        input_gradient: Option<Gradient>,
    },
    /// A pool.
    Pool(pool::Stage, Buffer, Gradient),
    /// A global average.
    Gap(gap::Stage, Buffer, Gradient),
    /// A change of order.
    Flatten(flatten::Stage, Buffer, Gradient),
    /// More channels.
    Widen(widen::Stage, Buffer, Gradient),
    /// A larger map.
    Upsample(upsample::Stage, Buffer, Gradient),
    /// An activation.
    Activation(activation::Stage, Buffer, Gradient),
    /// A maximum over channels.
    Maxout(maxout::Stage, Buffer, Gradient),
    /// A local response normalisation.
    Lrn(lrn::Stage, Buffer, Gradient),
    /// Dropout.
    Dropout(dropout::Stage, Buffer, Gradient),
    /// A sum.
    Add(add::Backward),
    /// A concatenation.
    Concat(concat::Backward),
}
