//! Trains a small ConvNet on the 1,797 handwritten digits that come with the crate, and writes its weights.

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use convnet_runtime::prelude::*;

network! {
    /// Handwritten digits of 8x8 pixels.
    pub struct Digits {
        input 8x8x1
        -> [conv3-32 -> relu]*2 -> maxpool
        -> conv3-64 -> relu -> maxpool
        -> fc-64 -> relu -> dropout -> fc-10 -> softmax
    }
}

const HELP: &str = "\
Trains a small ConvNet on handwritten digits, prints its accuracy on digits that it has not seen, writes its weights.

Usage: 01_digits [--epochs N] [--out FILE]

  --epochs N   how often it sees each digit (default 20)
  --out FILE   where the weights go (default digits.safetensors)
  --help       this text
";

struct Options {
    epochs: usize,
    out: String,
}

/// The options, or nothing if the help was asked for.
fn options() -> Result<Option<Options>, String> {
    let mut options = Options { epochs: 20, out: "digits.safetensors".into() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--epochs" => options.epochs = value()?.parse().map_err(|_| "--epochs needs a number")?,
            "--out" => options.out = value()?,
            _ => return Err(format!("unknown option `{argument}`; try --help")),
        }
    }
    Ok(Some(options))
}

fn train(options: &Options) -> Result<(), Box<dyn Error>> {
    const BATCH: usize = 32;
    let mut out = std::io::stdout();
    writeln!(out, "{}\n", Digits::summary())?;

    // A fifth is held out, the same in every run.
    let (train, test) = data::digits().split(0.8, 1);
    let mut net = Digits::new(1);
    let mut trainer = Trainer::new(Sgd::new(0.05).momentum(0.9).weight_decay(5e-4), 1);
    let mut progress = Progress::new(options.epochs, train.batches(BATCH, 0).len());
    for epoch in 0..options.epochs {
        trainer.optimizer.rate = schedule::cosine(0.05, epoch, options.epochs);
        for batch in train.batches(BATCH, epoch as u64) {
            progress.batch(trainer.step(&mut net, &batch.images, &CrossEntropy(&batch.labels))?);
        }
        progress.epoch(net.accuracy(&test));
    }

    net.save(&options.out)?;
    writeln!(out, "weights in {}", options.out)?;
    writeln!(out, "test accuracy {:.4}", net.accuracy(&test))?;
    Ok(())
}

fn main() -> ExitCode {
    let result = match options() {
        Ok(Some(options)) => train(&options),
        Ok(None) => write!(std::io::stdout(), "{HELP}").map_err(Into::into),
        Err(mistake) => Err(mistake.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
