//! The works: what `--work` can name, and how each is measured.

use std::error::Error;
use std::io;
use std::time::Instant;

use convnet_runtime::prelude::*;

use crate::layers::{self, Single};
use crate::measure::{Line, time, time_calls};
use crate::nets::{AlexNet, AlexNetHalf, CifarVgg, GoogLeNet, LeNet5, MobileNet, ResNet50, VggD, VggDFastest};
use crate::options::{Mode, Options, Task};
use crate::{machine, methods, stages};

/// A network and the batches that are usual for it.
struct Work {
    name: &'static str,
    usual: &'static [(Mode, usize)],
    measure: fn(&Options, Mode, usize, f64) -> Outcome,
    stages: fn(&Options, Mode, usize, f64) -> Outcome,
    methods: fn(&Options, Mode, usize, f64) -> Outcome,
}

type Outcome = Result<(), Box<dyn Error>>;

impl Work {
    const fn of<N>(name: &'static str, usual: &'static [(Mode, usize)]) -> Self
    where
        N: Network,
        for<'a> CrossEntropy<'a>: Loss<N::Logits>,
    {
        Self { name, usual, measure: network::<N>, stages: stages::table::<N>, methods: methods::table::<N> }
    }
}

const SMALL: &[(Mode, usize)] = &[(Mode::Infer, 1), (Mode::Infer, 8)];

const WORKS: [Work; 10] = [
    Work::of::<VggD>("W1", SMALL),
    Work::of::<VggDFastest>("W1-fastest", SMALL),
    Work::of::<VggD>("W2", &[(Mode::Train, 8)]),
    Work::of::<AlexNet>("W3", &[(Mode::Infer, 1), (Mode::Infer, 32), (Mode::Train, 32)]),
    Work::of::<AlexNetHalf>("W3-f16", &[(Mode::Infer, 1), (Mode::Infer, 32)]),
    Work::of::<LeNet5>("W4", &[(Mode::Infer, 1), (Mode::Infer, 256), (Mode::Train, 64)]),
    Work::of::<CifarVgg>("W5", &[(Mode::Infer, 1), (Mode::Infer, 64), (Mode::Train, 64)]),
    Work::of::<ResNet50>("resnet50", SMALL),
    Work::of::<MobileNet>("mobilenet", SMALL),
    Work::of::<GoogLeNet>("googlenet", SMALL),
];

pub fn exists(name: &str) -> bool {
    matches!(name, "W6" | "W7" | "W8") || WORKS.iter().any(|work| work.name == name)
}

pub fn names() -> &'static str {
    "W1, W1-fastest, W2, W3, W3-f16, W4, W5, W6, W7, W8, resnet50, mobilenet, googlenet"
}

/// The modes and batches to measure.
fn plan(options: &Options, usual: &[(Mode, usize)]) -> Vec<(Mode, usize)> {
    let of_mode: Vec<_> =
        usual.iter().copied().filter(|&(mode, _)| options.mode.is_none_or(|wish| wish == mode)).collect();
    match (options.batch, options.mode) {
        (None, Some(mode)) if of_mode.is_empty() => vec![(mode, usual[0].1)],
        (None, _) => of_mode,
        (Some(batch), Some(mode)) => vec![(mode, batch)],
        // A batch alone: the modes in which it is usual, or else inference.
        (Some(batch), None) => {
            let modes: Vec<_> = usual.iter().copied().filter(|&(_, usual)| usual == batch).collect();
            if modes.is_empty() { vec![(usual[0].0, batch)] } else { modes }
        }
    }
}

/// Prints a line for each measurement.
pub fn lines(options: &Options, peak: f64) -> Outcome {
    match options.work.as_str() {
        "W6" => return singles(options, &layers::three_by_three(), peak),
        "W7" => return hardware(options, peak).map_err(Into::into),
        "W8" => return singles(options, &layers::others(), peak),
        _ => {}
    }
    for work in WORKS.iter().filter(|work| work.name == options.work) {
        for (mode, batch) in plan(options, work.usual) {
            (work.measure)(options, mode, batch, peak)?;
        }
    }
    Ok(())
}

/// Prints a table for each mode and batch.
pub fn tables(options: &Options, peak: f64) -> Outcome {
    for work in WORKS.iter().filter(|work| work.name == options.work) {
        for (mode, batch) in plan(options, work.usual) {
            let table = if options.task == Task::Methods { work.methods } else { work.stages };
            table(options, mode, batch, peak)?;
        }
    }
    Ok(())
}

/// A whole network.
fn network<N>(options: &Options, mode: Mode, batch: usize, peak: f64) -> Outcome
where
    N: Network,
    for<'a> CrossEntropy<'a>: Loss<N::Logits>,
{
    let images = images::<N>(batch);
    let mut net = N::new(1);
    let line = |mode, timing, operations: u64| Line {
        work: &options.work,
        variant: "",
        mode,
        batch,
        timing,
        operations: (2 * operations) as f64 * batch as f64,
        peak,
    };
    match mode {
        Mode::Infer => {
            let call = || drop(std::hint::black_box(net.predict(&images)));
            line("infer", time_calls(options.secs, call), N::MACS).print(options.json)?;
        }
        Mode::Train => {
            let labels = labels::<N>(batch);
            let mut trainer = trainer();
            trainer.step(&mut net, &images, &CrossEntropy(&labels))?;
            let mut result = Ok(0.0);
            let timing = time(options.secs, || {
                let began = Instant::now();
                let step = trainer.step(&mut net, &images, &CrossEntropy(&labels));
                let seconds = began.elapsed().as_secs_f64();
                if result.is_ok() {
                    result = step;
                }
                seconds
            });
            result?;
            line("train", timing, 3 * N::MACS).print(options.json)?;
        }
    }
    Ok(())
}

pub fn trainer<N: Network>() -> Trainer<N> {
    Trainer::new(Sgd::new(1e-3).momentum(0.9), 1)
}

pub fn images<N: Network>(batch: usize) -> Tensor<N::Input> {
    let mut noise = noise();
    Tensor::from_fn(batch, |_, _, _, _| noise())
}

/// Noise of mean 0 and variance 1.
pub fn noise() -> impl FnMut() -> f32 {
    let mut state = 1u32;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        12.0f32.sqrt() * ((state >> 8) as f32 / (1 << 24) as f32 - 0.5)
    }
}

pub fn labels<N: Network>(batch: usize) -> Vec<usize> {
    let classes = N::LAYERS.last().map_or(1, |layer| layer.volume[2] as usize);
    (0..batch).map(|i| i % classes).collect()
}

/// Single layers: forward, and the two gradients.
fn singles(options: &Options, all: &[Single], peak: f64) -> Outcome {
    let mut found = false;
    for layer in all.iter().filter(|layer| options.variant.as_ref().is_none_or(|name| *name == layer.name)) {
        found = true;
        let batches = options.batch.map_or(vec![1, 8], |batch| vec![batch]);
        for batch in batches {
            let results = (layer.measure)(options.mode, batch, options.secs);
            for (mode, timing) in results {
                let operations = (2 * layer.macs) as f64 * batch as f64;
                let (work, variant) = (options.work.as_str(), layer.name.as_str());
                Line { work, variant, mode, batch, timing, operations, peak }.print(options.json)?;
            }
        }
    }
    if found {
        return Ok(());
    }
    let names: Vec<&str> = all.iter().map(|layer| layer.name.as_str()).collect();
    Err(format!("{} has no such layer; it has\n  {}", options.work, names.join("\n  ")).into())
}

/// The machine.
fn hardware(options: &Options, peak: f64) -> io::Result<()> {
    use io::Write;
    let (threads, read) = (rayon::current_num_threads(), machine::read(options.secs));
    let isa = convnet_runtime::cpu::simd::Isa::current().name();
    let mut out = io::stdout();
    if options.json {
        writeln!(
            out,
            r#"{{"peer": "convnet", "work": "W7", "mode": "hw", "threads": {threads}, "isa": "{isa}", "fma_calib": {peak:.1}, "read_gbs": {read:.1}}}"#
        )
    } else {
        writeln!(out, "{isa}, {threads} threads: {peak:.1} GFLOP/s of fused multiply-adds, reads of {read:.1} GB/s")
    }
}
