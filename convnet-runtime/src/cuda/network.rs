//! A network on a device.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::cache::{self, Key as CubinKey};
use super::compiler::Compiler;
use super::device::Device;
use super::driver::Module as Cubin;
use super::engine::{self, Engine, Extent, Extents, Pass, TRAINING_LANES};
use super::error::{DeviceError, MoveError};
use super::lane::{Numbers, Rest};
use super::launch::{KernelTime, Precision};
use super::parameters::Parameters;
use super::source::Module;
use crate::cpu::map::Buffer;
use crate::data::Dataset;
use crate::network::{Key, Network, check};
use crate::shape::Shape;
use crate::tensor::{Classify, Parts, Tensor};
use crate::train::evaluate;

/// The network `N` on a GPU: the same declaration, parameters and results, kernels that were written for exactly this
/// network.
///
/// ```no_run
/// use convnet_runtime::cuda::{Cuda, CudaTrainer, Device};
/// use convnet_runtime::prelude::*;
///
/// # network! { pub struct Digits { input 8x8x1 -> conv3-32 -> relu -> maxpool -> fc-10 -> softmax } }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let device = Device::new(0)?;
/// let mut net = Cuda::new(Digits::new(1), &device)?;
/// let mut trainer = CudaTrainer::new(Sgd::new(0.05).momentum(0.9), 1);
/// for batch in data::digits().batches(32, 1) {
///     trainer.step(&mut net, &batch.images, &CrossEntropy(&batch.labels))?;
/// }
/// net.into_cpu()?.save("digits.safetensors")?;
/// # Ok(())
/// # }
/// ```
pub struct Cuda<N: Network> {
    engine: Mutex<Engine>,
    /// The network as it was when it was last copied.
    host: N,
    precision: Precision,
}

impl<N: Network> Cuda<N> {
    /// Moves a network to a device, parameters and optimizer's memory exactly as they are. It computes in `f32`.
    ///
    /// The kernels come from the cache on disk, or are compiled and kept there.
    ///
    /// # Errors
    /// If there is no compiler, or no memory for the parameters, or if one was replaced by another layer's; the error gives
    /// the network back.
    pub fn new(net: N, device: &Device) -> Result<Self, MoveError<N>> {
        Self::with_precision(net, device, Precision::F32)
    }

    /// Like [`new`](Self::new), computing as `precision` says.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_precision(net: N, device: &Device, precision: Precision) -> Result<Self, MoveError<N>> {
        Self::build(net, device, precision, |text| device.load(text))
    }

    /// Like [`with_precision`](Self::with_precision), on the fastest device of this machine, which CUDA counts as the first.
    ///
    /// # Errors
    /// As [`new`](Self::new), and if there is no device; the error says why, and gives the network back, which then runs on
    /// the CPU.
    pub fn on_best(net: N, precision: Precision) -> Result<Self, MoveError<N>> {
        match Device::new(0) {
            Ok(device) => Self::with_precision(net, &device, precision),
            Err(cause) => Err(MoveError { network: net, cause }),
        }
    }

    /// Like [`with_precision`](Self::with_precision), with kernels that [`cubin`](Self::cubin) has made: for machines
    /// without a compiler. If there is one, it makes again what the driver refuses.
    ///
    /// # Errors
    /// If the cubin is not this network's, for another architecture or refused by the driver, or there is no memory for the
    /// parameters; the error gives the network back.
    pub fn with_cubin(net: N, device: &Device, precision: Precision, cubin: &[u8]) -> Result<Self, MoveError<N>> {
        Self::build(net, device, precision, |text| {
            let architecture = device.architecture();
            let key = CubinKey::new(text, &architecture, None);
            let image = cache::unpack(cubin.to_vec(), &key).ok_or_else(|| {
                let name = N::NAME;
                let problem = format!("it is damaged, or not that of `{name}` in {precision:?} for {architecture}");
                DeviceError::Cubin { problem }
            })?;
            device.load_image(&image, text)
        })
    }

    /// Compiles the kernels for an architecture (`sm_80`, `sm_90a`), without a device.
    ///
    /// # Errors
    /// If there is no compiler.
    pub fn cubin(architecture: &str, precision: Precision) -> Result<Vec<u8>, DeviceError> {
        let text = Self::source(precision, architecture);
        let compiler = Compiler::find()?;
        let image = compiler.compile(&text, architecture)?.image;
        Ok(cache::pack(&CubinKey::new(&text, architecture, Some(&compiler.identity())), &image))
    }

    /// The CUDA C text of all kernels, as they are for an architecture.
    pub fn source(precision: Precision, architecture: &str) -> String {
        engine::text(&Module::new(&N::PROGRAM, precision, architecture))
    }

    fn build(
        net: N,
        device: &Device,
        precision: Precision,
        kernels: impl FnOnce(&str) -> Result<Cubin, DeviceError>,
    ) -> Result<Self, MoveError<N>> {
        let make = || {
            check(&net).map_err(|cause| DeviceError::Parameter { cause })?;
            let module = Module::new(&N::PROGRAM, precision, &device.architecture());
            let cubin = kernels(&engine::text(&module))?;
            let parameters = Parameters::new(&net, &module, device)?;
            let extents = |buffers: &[Buffer]| {
                buffers.iter().map(|Buffer { map, .. }| [map.height * map.width, map.channels]).collect()
            };
            let extents = Extents {
                input: [N::Input::HEIGHT * N::Input::WIDTH, N::Input::DEPTH],
                outputs: extents(N::PROGRAM.outputs),
                logits: extents(N::PROGRAM.logits),
            };
            Engine::new(module, cubin, parameters, extents, device)
        };
        match make() {
            Ok(engine) => Ok(Self { engine: Mutex::new(engine), host: net, precision }),
            Err(cause) => Err(MoveError { network: net, cause }),
        }
    }

    /// Where it is.
    pub fn device(&self) -> Device {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner).device.clone()
    }

    /// What the kernels compute with.
    pub fn precision(&self) -> Precision {
        self.precision
    }

    /// Runs the network on a batch of any size. An empty batch gives an empty output.
    ///
    /// Threads may share a network; their batches run one after the other.
    ///
    /// # Errors
    /// If there is no memory for the batch, or the device is lost.
    pub fn predict(&self, input: &Tensor<N::Input>) -> Result<N::Output, DeviceError> {
        let (mut output, batch) = (N::Output::default(), input.batch());
        if batch == 0 {
            return Ok(output);
        }
        let engine = &mut *self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        engine.begin(Pass::Infer, batch, TRAINING_LANES, &Numbers::default(), input.values(), Rest::None)?;
        let lane = &engine.lanes[TRAINING_LANES];
        lane.done.wait()?;
        let (words, mut extents) = (&mut lane.results(), engine.extents.outputs.iter());
        output.parts_mut(batch, &mut |values| {
            if let (Some((own, rest)), Some(&extent)) = (words.split_at_checked(values.len()), extents.next()) {
                to_planes(own, extent, values);
                *words = rest;
            }
        });
        Ok(output)
    }

    /// The class of each sample, any number of them: they run in parts, so that memory stays bounded.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn classify(&self, input: &Tensor<N::Input>) -> Result<Vec<usize>, DeviceError>
    where
        N::Output: Classify,
    {
        let part = evaluate::part(2 << 30, N::ACTIVATION_BYTES, 1024);
        evaluate::classify(input, part, |samples| self.predict(samples))
    }

    /// The share of a data set's samples that get the class of their label; NaN for an empty one.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn accuracy(&self, data: &Dataset<N::Input>) -> Result<f64, DeviceError>
    where
        N::Output: Classify,
    {
        Ok(evaluate::accuracy(&self.classify(data.images())?, data.labels()))
    }

    /// The network with the parameters and the optimizer's memory that are on the device now, to look at or to save.
    ///
    /// # Errors
    /// If the device is lost.
    pub fn cpu(&mut self) -> Result<&N, DeviceError> {
        let engine = self.engine.get_mut().unwrap_or_else(PoisonError::into_inner);
        engine.finish()?;
        engine.parameters.download(&mut self.host)?;
        Ok(&self.host)
    }

    /// Moves the network back, parameters and optimizer's memory exactly as they are on the device.
    ///
    /// # Errors
    /// If the device is lost; the error gives the network back as it was when it was last copied.
    pub fn into_cpu(mut self) -> Result<N, MoveError<N>> {
        match self.cpu().map(drop) {
            Ok(()) => Ok(self.host),
            Err(cause) => Err(MoveError { network: self.host, cause }),
        }
    }

    /// The gradients that the last step has left, each with its parameter's name, in the order of weight files.
    ///
    /// # Errors
    /// If the device is lost.
    pub fn gradients(&mut self) -> Result<Vec<(String, Vec<f32>)>, DeviceError> {
        let engine = self.engine.get_mut().unwrap_or_else(PoisonError::into_inner);
        engine.finish()?;
        let gradients = engine.parameters.read_gradients()?;
        let names = self.names();
        Ok(names.into_iter().zip(gradients).filter_map(|(name, gradient)| Some((name, gradient?))).collect())
    }

    /// Milliseconds of an inference or a training step on the device alone, where this batch is already. A training step is
    /// one of cross-entropy and momentum, at a rate of 0: it moves running statistics and the optimizer's memory alone. Steps
    /// that are queued are to be waited for before.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn pass_time(&mut self, input: &Tensor<N::Input>, training: bool) -> Result<f64, DeviceError> {
        let pass = if training { Pass::Train(engine::HeadLoss::CrossEntropy) } else { Pass::Infer };
        let batch = input.batch();
        if batch == 0 { Ok(0.0) } else { self.engine().time(pass, batch, input.values()) }
    }

    /// The times of each kernel of a training step on this batch, in the order in which they run, by the kernels' names in
    /// [`source`](Self::source). The network is spent: its parameters are then of no use.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    pub fn profile(mut self, input: &Tensor<N::Input>) -> Result<Vec<KernelTime>, DeviceError> {
        let batch = input.batch();
        if batch == 0 { Ok(Vec::new()) } else { self.engine().profile(batch, input.values()) }
    }

    /// The names of all parameters.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.host.visit(&Key::ROOT, &mut |key, _| names.push(key.to_string()));
        names
    }

    pub(super) fn engine(&mut self) -> &mut Engine {
        self.engine.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<N: Network> fmt::Debug for Cuda<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cuda<{}>({:?})", N::NAME, self.precision)
    }
}

/// `[n][pixel][channel]` to `[n][channel][pixel]`.
pub(super) fn to_planes(words: &[u32], [pixels, channels]: Extent, values: &mut [f32]) {
    let sample = (pixels * channels).max(1);
    for (from, to) in words.chunks_exact(sample).zip(values.chunks_exact_mut(sample)) {
        for (c, plane) in to.chunks_exact_mut(pixels).enumerate() {
            plane.iter_mut().zip(from[c..].iter().step_by(channels)).for_each(|(y, x)| *y = f32::from_bits(*x));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::to_planes;

    #[test]
    fn channels_become_planes() {
        let words: Vec<u32> = (0..12).map(|i| (i as f32).to_bits()).collect();
        let mut values = [0.0_f32; 12];
        to_planes(&words, [3, 2], &mut values);
        assert_eq!(values.map(|v| v as usize), [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]);
    }
}
