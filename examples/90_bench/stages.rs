//! The table of a network's stages: what each takes, at inference or in a step of training.

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use convnet_runtime::cpu::exchange;
use convnet_runtime::cpu::run::Workspace;
use convnet_runtime::ops::conv::{Algorithm, Geometry, Method};
use convnet_runtime::prelude::*;
use convnet_runtime::program::{BackStep, Step};

use crate::measure::median;
use crate::options::{Mode, Options};
use crate::works::{images, labels, trainer};

/// Prints the table.
pub fn table<N>(options: &Options, mode: Mode, batch: usize, peak: f64) -> Result<(), Box<dyn Error>>
where
    N: Network,
    for<'a> CrossEntropy<'a>: Loss<N::Logits>,
{
    let images = images::<N>(batch);
    let mut net = N::new(1);
    let (pass, rows, rest) = match mode {
        Mode::Infer => {
            let (times, rest) = infer(&net, &images, options.secs);
            ("inference", rows::<N>("inference\n", N::PROGRAM.inference, batch, times), ("input and output", rest))
        }
        Mode::Train => {
            let (times, rest) = train(&mut net, &images, options.secs)?;
            (
                "training",
                rows::<N>("training\n", N::PROGRAM.training, batch, times),
                ("input, loss, checks, update", rest),
            )
        }
    };
    let total: f64 = rows.iter().map(|row| row.seconds).sum::<f64>() + rest.1;
    let mut out = std::io::stdout();
    let threads = rayon::current_num_threads();
    writeln!(out, "{}, {pass}, batch {batch}, {threads} threads, peak {peak:.0} GFLOP/s", N::NAME)?;
    let mut line = |name: &str, seconds: f64, operations: f64, algorithm: &str| {
        write!(out, "{name:<56} {:>10.4} ms {:>5.1} %", seconds * 1e3, 100.0 * seconds / total)?;
        if operations > 0.0 {
            let rate = operations / seconds / 1e9;
            write!(out, " {rate:>8.1} GFLOP/s {:>4.0} % {algorithm}", 100.0 * rate / peak)?;
        }
        writeln!(out)
    };
    for row in &rows {
        line(&row.text, row.seconds, row.operations, &row.algorithm)?;
    }
    line(rest.0, rest.1, 0.0, "")?;
    let passes = if mode == Mode::Train { 3 } else { 1 };
    line("total", total, (2 * passes * N::MACS) as f64 * batch as f64, "")?;
    writeln!(out)?;
    Ok(())
}

/// A stage, forward or backward.
struct Row {
    text: String,
    seconds: f64,
    /// Floating-point operations of the batch.
    operations: f64,
    algorithm: String,
}

/// Joins the times with the plan's lines, which name the stages, and with the program. `heading` is that of a pass in the
/// plan.
fn rows<N: Network>(heading: &str, forward: &[Step], batch: usize, times: Vec<f64>) -> Vec<Row> {
    let (_, lines) = N::PLAN.split_once(heading).unwrap_or_default();
    let row = |(line, seconds): (&str, f64)| {
        let (number, rest) = line.trim().split_once(' ').unwrap_or((line, ""));
        let text = rest.split(": ").next().unwrap_or(rest).trim();
        let step = |number: &str| forward.get(number.parse::<usize>().ok()?);
        let (operations, algorithm) = match number.strip_suffix('\'') {
            None => match step(number) {
                Some(Step::Conv { stage, .. }) => {
                    (operations(&stage.geometry, batch), algorithm(&stage.geometry, stage.method.of(batch)))
                }
                _ => Default::default(),
            },
            Some(number) => step(number).and_then(|step| gradients::<N>(step, batch)).unwrap_or_default(),
        };
        Row { text: format!("{number:>4} {text}"), seconds, operations, algorithm }
    };
    lines.lines().zip(times).map(row).collect()
}

fn operations(geometry: &Geometry, batch: usize) -> f64 {
    let Geometry { input, output, kernel, groups, .. } = geometry;
    (2 * batch * output.iter().product::<usize>() * input[2] / groups * kernel[0] * kernel[1]) as f64
}

fn algorithm(geometry: &Geometry, method: Method) -> String {
    match (geometry.algorithm, method) {
        (Algorithm::Blocked, method) => format!("{method:?}"),
        (algorithm, _) => format!("{algorithm:?}"),
    }
}

/// The operations of a convolution backward, and how it computes its gradients.
fn gradients<N: Network>(forward: &Step, batch: usize) -> Option<(f64, String)> {
    let Step::Conv { stage: of, .. } = forward else { return None };
    let pass = N::PROGRAM.backward.iter().find_map(|step| match step {
        BackStep::Conv { pass, .. } if pass.stage.output == of.output => Some(pass),
        _ => None,
    })?;
    let one = operations(&of.geometry, batch);
    let (mut sum, mut parts) = (0.0, Vec::new());
    let mut add = |what: &str, method: Method| {
        sum += one;
        parts.push(format!("{what} {}", algorithm(&of.geometry, method)));
    };
    if pass.train_weights {
        add("weights", pass.weight_method.of(batch));
    }
    if pass.input_gradient.is_some() {
        add("input", pass.input_method.of(batch));
    }
    Some((sum, parts.join(", ")))
}

/// Medians of the stages of inference, and of what stands around them.
fn infer<N: Network>(net: &N, images: &Tensor<N::Input>, secs: f64) -> (Vec<f64>, f64) {
    let mut workspace = Workspace::default();
    let mut output = N::Output::default();
    let mut clock = Clock::new(secs);
    while clock.goes_on() {
        let mut run = workspace.run(N::INFERENCE.floats, images.batch(), 0);
        clock.around(|| exchange::load(images.values(), &N::INFERENCE.input, &mut run));
        for stage in N::STAGES {
            clock.stage(|| stage(net, &mut run));
        }
        clock.around(|| N::output(&run, &mut output));
    }
    clock.medians()
}

/// The same of a step of training; what stands around is the rest of a whole step.
fn train<N>(net: &mut N, images: &Tensor<N::Input>, secs: f64) -> Result<(Vec<f64>, f64), TrainError>
where
    N: Network,
    for<'a> CrossEntropy<'a>: Loss<N::Logits>,
{
    let labels = labels::<N>(images.batch());
    let mut trainer = trainer();
    let mut workspace = Workspace::default();
    let (mut logits, mut gradient) = (N::Logits::default(), N::Logits::default());
    let mut clock = Clock::new(secs);
    let mut steps = Vec::new();
    while clock.goes_on() {
        let began = Instant::now();
        trainer.step(net, images, &CrossEntropy(&labels))?;
        steps.push(began.elapsed().as_secs_f64());
        let mut run = workspace.run(N::TRAINING.floats, images.batch(), 0);
        exchange::load(images.values(), &N::TRAINING.input, &mut run);
        for stage in N::FORWARD {
            clock.stage(|| stage(net, &mut run));
        }
        N::logits(&run, &mut logits);
        CrossEntropy(&labels)
            .evaluate(&logits, &mut gradient)
            .map_err(|cause| TrainError::Loss { step: trainer.steps(), cause })?;
        N::set_gradient(&gradient, &mut run);
        for stage in N::BACKWARD {
            clock.stage(|| stage(net, &mut run, false));
        }
    }
    let (stages, _) = clock.medians();
    let rest = (median(&mut steps) - stages.iter().sum::<f64>()).max(0.0);
    Ok((stages, rest))
}

/// Times of the stages of a pass, of several passes. The first is not counted.
struct Clock {
    began: Instant,
    secs: f64,
    passes: usize,
    next: usize,
    stages: Vec<Vec<f64>>,
    around: Vec<f64>,
}

impl Clock {
    fn new(secs: f64) -> Self {
        Self { began: Instant::now(), secs, passes: 0, next: 0, stages: Vec::new(), around: Vec::new() }
    }

    /// Whether another pass is wanted, which then begins.
    fn goes_on(&mut self) -> bool {
        if self.passes == 1 {
            self.began = Instant::now();
            self.stages.iter_mut().for_each(Vec::clear);
            self.around.clear();
        }
        self.passes += 1;
        self.next = 0;
        self.around.push(0.0);
        self.passes <= 5 || self.began.elapsed().as_secs_f64() < self.secs
    }

    fn stage(&mut self, f: impl FnOnce()) {
        let began = Instant::now();
        f();
        let seconds = began.elapsed().as_secs_f64();
        if self.stages.len() == self.next {
            self.stages.push(Vec::new());
        }
        self.stages[self.next].push(seconds);
        self.next += 1;
    }

    fn around(&mut self, f: impl FnOnce()) {
        let began = Instant::now();
        f();
        if let Some(sum) = self.around.last_mut() {
            *sum += began.elapsed().as_secs_f64();
        }
    }

    fn medians(mut self) -> (Vec<f64>, f64) {
        // The last pass did not run.
        self.around.pop();
        (self.stages.iter_mut().map(|times| median(times)).collect(), median(&mut self.around))
    }
}
