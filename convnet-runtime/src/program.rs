//! A network's programs as data: the stages that its generated code runs on the CPU, for whatever runs the network
//! elsewhere.

use crate::cpu::map::{Buffer, Gradient};
use crate::network::Frame;
use crate::ops::conv::{Bias, pack};
use crate::ops::{
    activation, add, bn, concat, conv, dropout, flatten, gap, lrn, maxout, network, pool, softmax, upsample, widen,
};
use crate::parameter::{Packing, Role};

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

impl Weights {
    /// How many parameters.
    pub(crate) fn count(&self) -> usize {
        match self {
            Self::Conv(geometry) => 1 + usize::from(geometry.bias != Bias::None),
            Self::Norm(_) => 4,
            Self::Network(program) => program.weights.iter().map(Self::count).sum(),
        }
    }

    /// One of them, of `0..count`.
    fn slot(&'static self, index: usize) -> Option<Slot> {
        const NORM: [Role; 4] = [Role::Scale, Role::Bias, Role::RunningMean, Role::RunningVariance];
        match self {
            Self::Conv(geometry) => {
                let [rows, columns, filters] = geometry.output;
                let (packing, len) = match (index, geometry.bias) {
                    (0, _) => (Packing::Filters(geometry), pack::file_len(geometry)),
                    (_, Bias::Position) => (Packing::Positions(geometry), filters * rows * columns),
                    _ => (Packing::Plain, filters),
                };
                let role = if index == 0 { Role::Weight } else { Role::Bias };
                Some(Slot { packing, role, len })
            }
            Self::Norm(channels) => Some(Slot { packing: Packing::Plain, role: NORM[index], len: *channels }),
            Self::Network(program) => Slots::new(program.weights).nth(index),
        }
    }
}

/// What a parameter is in its network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    /// How its values lie on the CPU.
    pub packing: Packing,
    /// What it is for.
    pub role: Role,
    /// The number of values.
    pub len: usize,
}

/// What the parameters of a network are, in the order in which they are visited.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    rest: &'static [Weights],
    /// How many of the first set are done.
    done: usize,
}

impl Slots {
    /// Of these sets.
    pub fn new(weights: &'static [Weights]) -> Self {
        Self { rest: weights, done: 0 }
    }
}

impl Iterator for Slots {
    type Item = Slot;

    fn next(&mut self) -> Option<Slot> {
        self.nth(0)
    }

    /// Without a look at those before.
    fn nth(&mut self, index: usize) -> Option<Slot> {
        self.done += index;
        loop {
            let (first, rest) = self.rest.split_first()?;
            let count = first.count();
            if self.done < count {
                self.done += 1;
                return first.slot(self.done - 1);
            }
            (self.rest, self.done) = (rest, self.done - count);
        }
    }
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
