//! Trains a VGG on CIFAR-10, on the GPU if there is one, otherwise on the CPU, and says which.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[cfg(feature = "cuda")]
use convnet_runtime::cuda::{Cuda, CudaTrainer, Precision};
use convnet_runtime::prelude::*;

network! {
    /// A small VGG for images of 32x32.
    pub struct Vgg {
        input 32x32x3
        -> [conv3-64 -> relu]*2 -> maxpool
        -> [conv3-128 -> relu]*2 -> maxpool
        -> [conv3-256 -> relu]*2 -> maxpool
        -> fc-256 -> relu -> dropout -> fc-10 -> softmax
    }
}

const HELP: &str = "\
Trains a VGG on CIFAR-10: on the GPU if it was built with `--features cuda` and there is one, otherwise on the CPU.

Usage: 06_cifar10 [--data FOLDER] [--epochs N] [--out FILE]

  --data FOLDER  the binary version of CIFAR-10, unpacked (default cifar-10-batches-bin)
  --epochs N     how often it sees each image (default 10)
  --out FILE     where the weights go (default cifar10.safetensors)
  --help         this text
";

/// A network and its trainer, where they run.
enum Place {
    Cpu(Box<Vgg>, Box<Trainer<Vgg>>),
    #[cfg(feature = "cuda")]
    Gpu(Box<Cuda<Vgg>>, Box<CudaTrainer<Vgg>>),
}

impl Place {
    /// The GPU if that is possible; says where, and if not, why not.
    fn find(net: Vgg, optimizer: Sgd) -> Self {
        #[cfg(feature = "cuda")]
        let net = match Cuda::on_best(net, Precision::Bf16) {
            Ok(net) => {
                println!("on {}", net.device());
                return Self::Gpu(Box::new(net), Box::new(CudaTrainer::new(optimizer, 1)));
            }
            Err(error) => {
                println!("on the CPU: {error}");
                error.network
            }
        };
        #[cfg(not(feature = "cuda"))]
        println!("on the CPU: built without `--features cuda`");
        Self::Cpu(Box::new(net), Box::new(Trainer::new(optimizer, 1)))
    }

    /// One step. Gives its loss or, on the GPU, that of the step before the last, if there was one.
    fn step(
        &mut self,
        rate: f32,
        images: &Tensor<Volume<32, 32, 3>>,
        labels: &[usize],
    ) -> Result<Option<f32>, TrainError> {
        match self {
            Self::Cpu(net, trainer) => {
                trainer.optimizer.rate = rate;
                trainer.step(net, images, &CrossEntropy(labels)).map(Some)
            }
            #[cfg(feature = "cuda")]
            Self::Gpu(net, trainer) => {
                trainer.optimizer.rate = rate;
                trainer.queue(net, images, &CrossEntropy(labels))
            }
        }
    }

    /// Waits for the steps that are under way. Gives the loss of the last.
    #[cfg_attr(not(feature = "cuda"), allow(clippy::unnecessary_wraps))]
    fn finish(&mut self) -> Result<Option<f32>, TrainError> {
        match self {
            Self::Cpu(..) => Ok(None),
            #[cfg(feature = "cuda")]
            Self::Gpu(net, trainer) => trainer.finish(net),
        }
    }

    #[cfg_attr(not(feature = "cuda"), allow(clippy::unnecessary_wraps))]
    fn accuracy(&mut self, data: &Dataset<Volume<32, 32, 3>>) -> Result<f64, Box<dyn Error>> {
        Ok(match self {
            Self::Cpu(net, _) => net.accuracy(data),
            #[cfg(feature = "cuda")]
            Self::Gpu(net, _) => net.accuracy(data)?,
        })
    }

    fn save(&mut self, path: &str) -> Result<(), Box<dyn Error>> {
        match self {
            Self::Cpu(net, _) => net.save(path)?,
            #[cfg(feature = "cuda")]
            Self::Gpu(net, _) => net.cpu()?.save(path)?,
        }
        Ok(())
    }
}

fn data(folder: &Path) -> Result<[Dataset<Volume<32, 32, 3>>; 2], Box<dyn Error>> {
    let pixels = Pixels::UNIT.mean(&[0.491, 0.482, 0.447]).std(&[0.247, 0.243, 0.262]);
    let batches = (1..=5).map(|i| folder.join(format!("data_batch_{i}.bin")));
    let read = data::cifar10(batches, &pixels)
        .and_then(|train| Ok([train, data::cifar10([folder.join("test_batch.bin")], &pixels)?]));
    read.map_err(|error| {
        let place = "https://www.cs.toronto.edu/~kriz/cifar.html";
        format!("{error}\nCIFAR-10's binary version is at {place}; unpack it, and name its folder by --data").into()
    })
}

fn train(folder: &Path, epochs: usize, out: &str) -> Result<(), Box<dyn Error>> {
    const BATCH: usize = 128;
    let [train, test] = data(folder)?;
    println!("{}\n", Vgg::summary());
    let mut place = Place::find(Vgg::new(1), Sgd::new(0.02).momentum(0.9).weight_decay(5e-4));
    let mut progress = Progress::new(epochs, train.batches(BATCH, 0).len());
    for epoch in 0..epochs {
        let rate = schedule::cosine(0.02, epoch, epochs);
        for batch in train.batches(BATCH, epoch as u64) {
            place.step(rate, &batch.images, &batch.labels)?.into_iter().for_each(|loss| progress.batch(loss));
        }
        place.finish()?.into_iter().for_each(|loss| progress.batch(loss));
        progress.epoch(place.accuracy(&test)?);
    }
    place.save(out)?;
    println!("weights in {out}\ntest accuracy {:.4}", place.accuracy(&test)?);
    Ok(())
}

fn run() -> Result<(), Box<dyn Error>> {
    let (mut folder, mut epochs, mut out) =
        (PathBuf::from("cifar-10-batches-bin"), 10, String::from("cifar10.safetensors"));
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" | "-h" => {
                print!("{HELP}");
                return Ok(());
            }
            "--data" => folder = value()?.into(),
            "--epochs" => epochs = value()?.parse().map_err(|_| "--epochs needs a number")?,
            "--out" => out = value()?,
            _ => return Err(format!("unknown option `{argument}`; try --help").into()),
        }
    }
    train(&folder, epochs, &out)
}

fn main() -> ExitCode {
    if let Err(error) = run() {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
