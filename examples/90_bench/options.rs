//! The command line.

use std::str::FromStr;

use crate::works;

pub const HELP: &str = "\
Measures networks and single layers. One line per measurement: the median over at least --secs seconds.

Usage: 90_bench --work WORK [--mode MODE] [--batch N] [--threads N] [--secs S] [--variant NAME] [--json | --layers | --methods]
       90_bench --calibrate [--threads N]

  --work WORK      W1 VGG D, inference          W2 VGG D, training     W3 AlexNet (torchvision's)
                   W4 LeNet-5 on 28x28          W5 a VGG for CIFAR     W6 3x3 layers
                   W7 the machine               W8 other layers
                   W1-fastest VGG D with `#[conv(fastest)]`
                   W3-f16 AlexNet, its fully connected weights in half precision
                   resnet50, mobilenet, googlenet
  --mode MODE      infer or train (default: what is usual for the work)
  --batch N        samples in a batch (default: what is usual for the work)
  --threads N      threads (default: one per core)
  --secs S         seconds of a measurement, after a warm-up (default 1.2)
  --variant NAME   W6 and W8: only this layer, conv3-64@56x56x64 for example
  --json           a JSON object per line
  --layers         the stages of a network, each with its time
  --methods        the 3x3 and 5x5 convolutions of a network by every method, and what the plan's choice loses
  --calibrate      only the peak of fused multiply-adds, in GFLOP/s
  --help           this text
";

/// What is measured of a network.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Infer,
    Train,
}

/// What to do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Task {
    Lines,
    Stages,
    Methods,
    Calibrate,
}

pub struct Options {
    pub task: Task,
    pub work: String,
    pub mode: Option<Mode>,
    pub batch: Option<usize>,
    pub threads: usize,
    pub secs: f64,
    pub variant: Option<String>,
    pub json: bool,
}

/// The options, or nothing if the help was asked for.
pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Option<Options>, String> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut options = Options {
        task: Task::Lines,
        work: String::new(),
        mode: None,
        batch: None,
        threads,
        secs: 1.2,
        variant: None,
        json: false,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--work" => options.work = value()?,
            "--mode" => options.mode = Some(mode(&value()?)?),
            "--batch" => options.batch = Some(count(&argument, &value()?)?),
            "--threads" => options.threads = count(&argument, &value()?)?,
            "--secs" => options.secs = seconds(&value()?)?,
            "--variant" => options.variant = Some(value()?),
            "--json" => options.json = true,
            "--layers" => options.task = Task::Stages,
            "--methods" => options.task = Task::Methods,
            "--calibrate" => options.task = Task::Calibrate,
            _ => return Err(format!("unknown option `{argument}`; try --help")),
        }
    }
    check(&options)?;
    Ok(Some(options))
}

fn check(options: &Options) -> Result<(), String> {
    if options.task == Task::Calibrate {
        return Ok(());
    }
    if options.work.is_empty() {
        return Err(format!("--work is missing: one of {}", works::names()));
    }
    if !works::exists(&options.work) {
        return Err(format!("there is no work `{}`, only {}", options.work, works::names()));
    }
    let layers = matches!(options.work.as_str(), "W6" | "W8");
    if options.variant.is_some() && !layers {
        return Err("--variant is for W6 and W8".into());
    }
    let table = matches!(options.task, Task::Stages | Task::Methods);
    if table && (options.json || layers || options.work == "W7") {
        return Err("--layers and --methods are tables of one network: without --json, and not of W6, W7 or W8".into());
    }
    Ok(())
}

fn mode(text: &str) -> Result<Mode, String> {
    match text {
        "infer" => Ok(Mode::Infer),
        "train" => Ok(Mode::Train),
        _ => Err(format!("--mode is `infer` or `train`, not `{text}`")),
    }
}

fn count(option: &str, text: &str) -> Result<usize, String> {
    match usize::from_str(text) {
        Ok(n @ 1..=65536) => Ok(n),
        _ => Err(format!("{option} needs a whole number from 1 to 65536, not `{text}`")),
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match f64::from_str(text) {
        Ok(s) if s > 0.0 && s <= 3600.0 => Ok(s),
        _ => Err(format!("--secs needs a number above 0 and up to 3600, not `{text}`")),
    }
}
