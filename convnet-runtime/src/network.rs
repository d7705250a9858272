//! The trait that `network!` implements.

use std::fmt;

use crate::cpu::map::Buffer;
use crate::cpu::run::Run;
use crate::parameter::Parameter;

/// A network: what `network!` makes of a declaration.
pub trait Network: Sized + Send + Sync + 'static {
    /// The volume that comes in.
    type Input: crate::shape::Shape;
    /// What `predict` gives: a tensor, probabilities after a final softmax, or a struct of heads.
    type Output;
    /// What a loss sees when training: like `Output`, before a final softmax.
    type Logits;
    /// Height of the input as a type-level number, for code that is generic over networks.
    type InputHeight: typenum::Unsigned;
    /// Width of the input.
    type InputWidth: typenum::Unsigned;
    /// Depth of the input.
    type InputDepth: typenum::Unsigned;

    /// The network's name.
    const NAME: &'static str;
    /// Trainable values, frozen ones included, running statistics not.
    const PARAMS: u64;
    /// Multiply-accumulates of one sample in convolutions and fully connected layers.
    const MACS: u64;
    /// Bytes of the arena per sample at inference.
    const ACTIVATION_BYTES: u64;
    /// Bytes of the arena per sample in training.
    const TRAIN_BYTES_PER_SAMPLE: u64;
    /// (height, width) of the input that one position sees before the first global pool, fully connected layer,
    /// flatten or head; the maximum over branches.
    const RECEPTIVE_FIELD: (u64, u64);
    /// The stride there.
    const STRIDE: (u64, u64);
    /// One row per layer.
    const LAYERS: &'static [Layer];
    /// The plan as a table, for people.
    const PLAN: &'static str;

    /// A network with all parameters at zero (running variances and scales at one).
    fn zeroed() -> Self;

    /// Calls `f` with the name and the value of every parameter, in order.
    fn visit<'a>(&'a self, key: &Key<'_>, f: &mut dyn FnMut(&Key<'_>, &'a Parameter));

    /// Like `visit`.
    fn visit_mut(&mut self, key: &Key<'_>, f: &mut dyn FnMut(&Key<'_>, &mut Parameter));

    /// Where the input goes and how much arena a sample takes at inference.
    const INFERENCE: Frame;
    /// The same in training.
    const TRAINING: Frame;

    /// Runs all stages of inference.
    fn infer(&self, run: &mut Run<'_>);
    /// Reads what inference has left in the arena.
    fn output(run: &Run<'_>) -> Self::Output;
    /// Runs forward in training mode, keeping what backward needs.
    fn forward(&mut self, run: &mut Run<'_>);
    /// Reads what `forward` has left in the arena.
    fn logits(run: &Run<'_>) -> Self::Logits;
    /// Writes the gradient of the loss with respect to the logits into the arena.
    fn set_gradient(gradient: &Self::Logits, run: &mut Run<'_>);
    /// Runs backward from there; writes the gradient of every trained parameter.
    fn backward(&mut self, run: &mut Run<'_>);
}

/// A network that can be a layer of another: it gives one volume, not probabilities or heads.
pub trait Backbone: Network {
    /// Where the output is, at inference and in training.
    const OUTPUTS: [Buffer; 2];
    /// Where backward expects the gradient of the output.
    const OUTPUT_GRADIENT: Buffer;
    /// Where backward leaves the gradient of the input.
    const INPUT_GRADIENT: Buffer;
}

/// The arena of one kind of pass.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Floats per sample.
    pub floats: usize,
    /// Where the input goes.
    pub input: Buffer,
}

/// One row of a network's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its name in weight files, `features.0`.
    pub name: &'static str,
    /// As declared, `conv3-64`.
    pub kind: &'static str,
    /// Height, width, depth of what it gives.
    pub volume: [u64; 3],
    /// It gives features, which have no place in space.
    pub features: bool,
    /// Trainable values; zero where they are shared with an earlier layer.
    pub params: u64,
    /// Multiply-accumulates of one sample.
    pub macs: u64,
    /// Receptive field: height, width.
    pub receptive_field: (u64, u64),
    /// Stride with respect to the input: height, width.
    pub stride: (u64, u64),
    /// Frozen: not trained.
    pub frozen: bool,
}

/// The name of a parameter or of a part of a network, made of levels without allocating.
#[derive(Clone, Copy, Debug)]
pub struct Key<'a> {
    parent: Option<&'a Key<'a>>,
    name: &'a str,
}

impl<'a> Key<'a> {
    /// The name of the whole network: empty.
    pub const ROOT: Key<'static> = Key { parent: None, name: "" };

    /// `self.name`
    pub const fn join(&'a self, name: &'a str) -> Key<'a> {
        Key { parent: Some(self), name }
    }
}

impl fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent.filter(|p| !p.name.is_empty()) {
            write!(f, "{parent}.")?;
        }
        f.write_str(self.name)
    }
}
