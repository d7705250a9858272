//! The trait that `network!` implements, and what every network can do.

mod budget;
mod check;
mod key;
mod layer;
mod pass;
mod tap;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::fmt::Debug;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

#[doc(hidden)]
pub use budget::{Cost, budget};
pub(crate) use check::check;
pub use key::Key;
pub use layer::Layer;
pub use tap::Tap;

use crate::cpu::exchange;
use crate::cpu::map::{Buffer, Gradient};
use crate::cpu::run::Run;
use crate::cpu::workspaces::{Size, Workspaces};
use crate::data::Dataset;
use crate::error::{LoadError, SaveError};
use crate::generated::NOWHERE;
use crate::io;
use crate::ops::network as as_layer;
use crate::parameter::Parameter;
use crate::program::Program;
use crate::shape::Shape;
use crate::summary::Summary;
use crate::tensor::{Classify, Parts, Tensor};
use crate::train::evaluate;
use crate::train::init::{self, Init};

/// A network: what `network!` makes of a declaration.
///
/// ```no_run
/// # use convnet_runtime::prelude::*;
/// # network! { pub struct Digits { input 8x8x1 -> fc-10 -> softmax } }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let bytes = [0; 64];
/// let net = Digits::load("digits.safetensors")?;
/// let image = Tensor::from_hwc_bytes(&bytes, &Pixels::UNIT)?;
/// let (class, probability) = net.predict(&image).top(0, 1)[0];
/// # Ok(())
/// # }
/// ```
///
/// It is `Send + Sync` and predicts through `&self`: threads share one network.
///
/// It is not implemented by hand: what is hidden here belongs to the kernels and changes with them. Code that is to run on
/// any network takes `N: Network`.
#[diagnostic::on_unimplemented(message = "`{Self}` is no network", label = "not declared with `network!`")]
pub trait Network: Sized + Send + Sync + 'static {
    /// The volume that comes in.
    type Input: Shape;
    /// What `predict` gives: a tensor, probabilities after a final softmax, or a struct of heads.
    type Output: Parts + Clone + Default + Debug + Send + Sync + 'static;
    /// What a loss sees when training: like `Output`, before a final softmax.
    type Logits: Parts + Clone + Default + Debug + Send + Sync + 'static;
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
    #[doc(hidden)]
    const INFERENCE: Frame;
    /// The same in training.
    #[doc(hidden)]
    const TRAINING: Frame;
    /// How far a sample of a batch goes alone at inference.
    #[doc(hidden)]
    const BY_SAMPLE: Option<BySample> = None;

    /// What calls of `predict` run in: a field of the generated struct.
    #[doc(hidden)]
    fn workspaces(&self) -> &Workspaces;
    /// The stages of inference, in order.
    #[doc(hidden)]
    const STAGES: &'static [fn(&Self, &mut Run<'_>)];
    /// Reads what inference has left in the arena.
    #[doc(hidden)]
    fn output(run: &Run<'_>, into: &mut Self::Output);
    /// The stages of training forward, in order.
    #[doc(hidden)]
    const FORWARD: &'static [fn(&mut Self, &mut Run<'_>)] = &[];
    /// Reads what `forward` has left in the arena.
    #[doc(hidden)]
    fn logits(run: &Run<'_>, into: &mut Self::Logits);
    /// Writes the gradient of the loss with respect to the logits into the arena.
    #[doc(hidden)]
    fn set_gradient(gradient: &Self::Logits, run: &mut Run<'_>);
    /// The stages of training backward, in order, with whether the gradient of the input is asked for.
    #[doc(hidden)]
    const BACKWARD: &'static [fn(&mut Self, &mut Run<'_>, bool)] = &[];

    // What an outer network needs to use this one as a layer; the constants are set for a `Backbone`. All of it stands here, and
    // generated code names no other bound: the compiler says the same thing once, and a layer that is no network is one error.
    /// The volume that it gives.
    #[doc(hidden)]
    const GIVES: Option<&'static [usize]> = None;
    /// Where the output is, at inference and in training.
    #[doc(hidden)]
    const OUTPUTS: [Buffer; 2] = [NOWHERE; 2];
    /// Where backward expects the gradient of the output.
    #[doc(hidden)]
    const OUTPUT_GRADIENT: Buffer = NOWHERE;
    /// Where backward leaves the gradient of the input; none if a part of it is frozen that has no backward.
    #[doc(hidden)]
    const INPUT_GRADIENT: Option<Buffer> = None;

    /// What runs, as data.
    #[doc(hidden)]
    const PROGRAM: Program = Program::NOTHING;

    /// The declaration has mistakes, and this is a stub: what depends on it is not checked.
    #[doc(hidden)]
    const STUB: bool = false;

    /// Runs all stages of inference.
    #[doc(hidden)]
    fn infer(&self, run: &mut Run<'_>) {
        for stage in Self::STAGES {
            stage(self, run);
        }
    }

    /// Runs forward in training mode, keeping what backward needs.
    #[doc(hidden)]
    fn forward(&mut self, run: &mut Run<'_>) {
        for stage in Self::FORWARD {
            stage(self, run);
        }
    }

    /// Runs backward from the gradient of the logits; writes the gradient of every trained parameter and, if asked, of the
    /// input.
    #[doc(hidden)]
    fn backward(&mut self, run: &mut Run<'_>, input_gradient: bool) {
        for stage in Self::BACKWARD {
            stage(self, run, input_gradient);
        }
    }

    /// Runs as a layer at inference.
    #[doc(hidden)]
    fn infer_as_layer(&self, stage: &as_layer::Stage, run: &mut Run<'_>) {
        as_layer::forward(stage, self, run);
    }

    /// Runs as a layer in training.
    #[doc(hidden)]
    fn forward_as_layer(&mut self, stage: &as_layer::Stage, run: &mut Run<'_>) {
        as_layer::forward_train(stage, self, run);
    }

    /// Goes back as a layer, from the gradient of what it gives to the one of its input, if that is wanted.
    #[doc(hidden)]
    fn backward_as_layer(&mut self, stage: &as_layer::Stage, from: &Buffer, to: Option<&Gradient>, run: &mut Run<'_>) {
        as_layer::backward(stage, from, to, self, run);
    }

    /// A network to train: weights by He et al. (2015), variance 2 / fan-in, biases zero. The same seed gives the same
    /// network on every machine.
    fn new(seed: u64) -> Self {
        Self::init(Init::He, seed)
    }

    /// A network to train, its weights drawn as `init` says.
    fn init(init: Init, seed: u64) -> Self {
        let mut net = Self::zeroed();
        init::draw(&mut net, init, seed);
        net
    }

    /// Runs the network on a batch of any size, one sample included. An empty batch gives an empty output.
    ///
    /// # Panics
    /// If parameters of another layer were put in the place of this network's, which do not fit there; the message names them.
    fn predict(&self, input: &Tensor<Self::Input>) -> Self::Output {
        check::require(self);
        let output = Mutex::new(Self::Output::default());
        if input.batch() > 0 {
            let size =
                Size { floats: Self::INFERENCE.floats, parameters: Self::PARAMS as usize, macs: Self::MACS as usize };
            self.workspaces().in_groups(&size, input.batch(), &|samples, run| {
                pass::infer(self, input.values(), samples, run);
                Self::output(run, &mut output.lock().unwrap_or_else(PoisonError::into_inner));
            });
        }
        output.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the layer gives that `tap` names, for a batch of any size: `net.features_at(VggD::FC7, &image)`. What comes
    /// behind that layer does not run.
    ///
    /// # Panics
    /// As [`predict`](Self::predict).
    fn features_at<V: Shape>(&self, tap: Tap<Self, V>, input: &Tensor<Self::Input>) -> Tensor<V> {
        check::require(self);
        let mut features = Tensor::default();
        if input.batch() > 0 {
            self.workspaces().with(|workspace| {
                let floats = Self::INFERENCE.floats.max(tap.buffer.offset + tap.buffer.map.sample());
                let mut run = workspace.run(floats, input.batch(), 0);
                exchange::load(input.values(), &Self::INFERENCE.input, &mut run);
                Self::STAGES.iter().take(tap.stages).for_each(|stage| stage(self, &mut run));
                if let Some(cut) = tap.cut {
                    cut(self, &mut run);
                }
                features.read(&tap.buffer, &run);
            });
        }
        features
    }

    /// The class of each sample, any number of them: they run in parts, so that memory stays bounded.
    ///
    /// # Panics
    /// As [`predict`](Self::predict).
    fn classify(&self, input: &Tensor<Self::Input>) -> Vec<usize>
    where
        Self::Output: Classify,
    {
        let predict = |samples: &Tensor<Self::Input>| Ok::<_, Infallible>(self.predict(samples));
        let part = evaluate::part(64 << 20, Self::ACTIVATION_BYTES, 256);
        let Ok(classes) = evaluate::classify(input, part, predict);
        classes
    }

    /// The share of a data set's samples that get the class of their label; NaN for an empty one.
    ///
    /// # Panics
    /// As [`predict`](Self::predict).
    fn accuracy(&self, data: &Dataset<Self::Input>) -> f64
    where
        Self::Output: Classify,
    {
        evaluate::accuracy(&self.classify(data.images()), data.labels())
    }

    /// All parameters with their names in weight files, in order.
    fn parameters(&self) -> Vec<(String, &Parameter)> {
        let mut all = Vec::new();
        self.visit(&Key::ROOT, &mut |key, parameter| all.push((key.to_string(), parameter)));
        all
    }

    /// Writes all parameters as safetensors: PyTorch's names, shapes and order. The file is written beside `path` and then
    /// renamed, so that there is never half a file at `path`.
    ///
    /// # Errors
    /// If the file cannot be written, a full disk for example; what was at `path` is then still there.
    fn save(&self, path: impl AsRef<Path>) -> Result<(), SaveError> {
        io::save(self, path.as_ref())
    }

    /// The bytes that [`save`](Self::save) writes.
    fn to_bytes(&self) -> Vec<u8> {
        io::to_bytes(self)
    }

    /// A network with the parameters of a safetensors file; `f16`, `bf16` and `f64` become `f32`.
    ///
    /// # Errors
    /// If the file cannot be read, is no safetensors file, or its tensors are not this network's: one error lists those that
    /// are missing, left over or of another shape, the first few where they are many.
    fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        Self::load_renamed(path, |name| Some(name.to_owned()))
    }

    /// Like [`load`](Self::load), for a file with names of its own: `rename` gives this network's name for a name in the
    /// file, or `None` to leave the tensor out.
    ///
    /// ```no_run
    /// # use convnet_runtime::prelude::*;
    /// # network! { pub struct Vgg { input 8x8x1 -> fc-10 } }
    /// // A file that PyTorch's `DataParallel` has saved.
    /// let net = Vgg::load_renamed("vgg.safetensors", |name| name.strip_prefix("module.").map(str::to_owned))?;
    /// # Ok::<(), LoadError>(())
    /// ```
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn load_renamed(path: impl AsRef<Path>, rename: impl Fn(&str) -> Option<String>) -> Result<Self, LoadError> {
        let mut net = Self::zeroed();
        io::load(&mut net, path.as_ref(), &rename)?;
        Ok(net)
    }

    /// Replaces the parameters of this network by those of a file.
    ///
    /// # Errors
    /// As [`load`](Self::load); the network is then as it was.
    fn load_from(&mut self, path: impl AsRef<Path>) -> Result<(), LoadError> {
        io::load(self, path.as_ref(), &|name| Some(name.to_owned()))
    }

    /// Like [`load_from`](Self::load_from), from the bytes of a file.
    ///
    /// # Errors
    /// As [`load`](Self::load); the network is then as it was.
    fn load_from_bytes(&mut self, bytes: &[u8]) -> Result<(), LoadError> {
        io::from_bytes(self, bytes, &|name| Some(name.to_owned()))
    }

    /// A network with the parameters of a file in memory: `Net::from_bytes(include_bytes!("net.safetensors"))`.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn from_bytes(bytes: &[u8]) -> Result<Self, LoadError> {
        Self::from_bytes_renamed(bytes, |name| Some(name.to_owned()))
    }

    /// Like [`from_bytes`](Self::from_bytes), renaming as [`load_renamed`](Self::load_renamed) does.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    fn from_bytes_renamed(bytes: &[u8], rename: impl Fn(&str) -> Option<String>) -> Result<Self, LoadError> {
        let mut net = Self::zeroed();
        io::from_bytes(&mut net, bytes, &rename)?;
        Ok(net)
    }

    /// The table of layers: `println!("{}", Net::summary())`.
    fn summary() -> Summary {
        Summary::of::<Self>()
    }

    /// What runs: stages, fusion, saved buffers, offsets, as a table.
    fn plan() -> &'static str {
        Self::PLAN
    }
}

/// A network that can be a layer of another: it gives one volume, not probabilities or heads.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a layer of a network: it is no network, or it ends in a softmax or in heads",
    label = "gives no single volume"
)]
pub trait Backbone: Network {
    /// What it gives.
    type Volume: Shape;
}

/// The stages of inference that each sample of a batch runs through alone, if there are enough of them for all threads.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct BySample {
    /// How many.
    pub stages: usize,
    /// What all other stages need of them.
    pub value: Buffer,
}

/// The arena of one kind of pass.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Floats per sample.
    pub floats: usize,
    /// Where the input goes.
    pub input: Buffer,
}
