//! The table of a network's 1x1, 3x3 and 5x5 convolutions: what each takes by every method, inside the running network, and
//! what the plan's choice loses to the best.

use std::error::Error;
use std::io::{self, Write};
use std::time::Instant;

use convnet_runtime::cpu::exchange;
use convnet_runtime::cpu::run::{Run, Workspace};
use convnet_runtime::layers::{BatchNorm, Conv};
use convnet_runtime::ops::activation::Activation;
use convnet_runtime::ops::conv::{self, Algorithm, Backward, ByBatch, Geometry, Method, Stage};
use convnet_runtime::prelude::*;
use convnet_runtime::program::{BackStep, Step, Weights};

use crate::options::{Mode, Options};
use crate::works::{images, noise};

const METHODS: [Method; 6] =
    [Method::Direct, Method::Strassen, Method::Winograd4x1, Method::Winograd2, Method::Winograd4, Method::Winograd6];
/// How many of them the plan may choose unless it is asked for the fastest.
const EXACT: usize = 5;
/// The most that one layer has.
const MOST: usize = 4;
/// Rounds that are counted, at least.
const ROUNDS: usize = 3;
/// Seconds from which on a pass is not run again: its weights are in no cache anyway.
const LONG: f64 = 0.05;

/// Prints the table.
pub fn table<N: Network>(options: &Options, mode: Mode, batch: usize, peak: f64) -> Result<(), Box<dyn Error>> {
    let mut bench = Bench::<N>::new(mode)?;
    let images = images::<N>(batch);
    let (pass, frame) = match mode {
        Mode::Infer => ("inference", &N::INFERENCE),
        Mode::Train => ("forward and backward", &N::TRAINING),
    };
    let mut workspace = Workspace::default();
    let mut began = Instant::now();
    let mut round = 0;
    while round <= ROUNDS || began.elapsed().as_secs_f64() < options.secs {
        for shift in 0..MOST {
            // A layer has every method in a round, beside others each time.
            let turn = |layer: usize| shift + layer * round;
            let began = Instant::now();
            for again in [false, true] {
                // Caches hold what the pass before has left there: it should have run by the same methods.
                if again && began.elapsed().as_secs_f64() > LONG {
                    break;
                }
                let mut run = workspace.run(frame.floats, batch, 0);
                exchange::load(images.values(), &frame.input, &mut run);
                match mode {
                    Mode::Infer => bench.infer(turn, &mut run),
                    Mode::Train => bench.train(turn, &mut run)?,
                }
            }
        }
        if round == 0 {
            bench.forget();
            began = Instant::now();
        }
        round += 1;
    }
    let mut out = io::stdout();
    let threads = rayon::current_num_threads();
    writeln!(out, "{}, {pass}, batch {batch}, {threads} threads, peak {peak:.0} GFLOP/s", N::NAME)?;
    bench.print(batch, &mut out)?;
    Ok(())
}

/// Seconds of a part of the pass in every round.
#[derive(Clone, Default)]
struct Times(Vec<f64>);

impl Times {
    fn around(&mut self, f: impl FnOnce()) {
        let began = Instant::now();
        f();
        self.0.push(began.elapsed().as_secs_f64());
    }

    /// The lower quartile: others use the machine, too, and the first of two passes finds what it needs in no cache.
    fn seconds(&self) -> f64 {
        let mut times = self.0.clone();
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 4).copied().unwrap_or_default()
    }
}

type ByMethod = [Times; METHODS.len()];

/// A 3x3 or 5x5 convolution: a stage that runs in the place of the network's, with parameters of its own.
struct Layer {
    /// Its number among the stages forward.
    index: usize,
    stage: Stage,
    conv: Conv,
    weights: Vec<f32>,
    norm: Option<(BatchNorm, f32)>,
    forward: ByMethod,
    /// Its number among the stages backward, and what runs there.
    backward: Option<(usize, Backward)>,
    weight_gradient: ByMethod,
    input_gradient: ByMethod,
}

impl Layer {
    /// The method of a turn.
    fn method(&self, turn: usize) -> Method {
        let methods = methods(&self.stage);
        methods[turn % methods.len()]
    }

    fn forward(&mut self, turn: usize, keep: bool, run: &mut Run<'_>) {
        let method = self.method(turn);
        let Self { stage, conv, norm, forward, .. } = self;
        let stage = Stage { method: ByBatch::always(method), ..*stage };
        let norm = norm.as_ref().map(|(norm, eps)| (norm, *eps));
        forward[number(method)].around(|| {
            if keep && norm.is_none() {
                conv::forward_train(&stage, conv, run);
            } else {
                conv::forward(&stage, conv, norm, run);
            }
        });
    }

    /// One gradient after the other. The first one's time includes that of the sums' gradient.
    fn backward(&mut self, turn: usize, run: &mut Run<'_>) {
        let Some((_, pass)) = self.backward else { return };
        let method = match self.method(turn) {
            // Forward only.
            Method::Strassen | Method::Winograd4x1 => Method::Direct,
            method => method,
        };
        let (method, always) = (number(method), ByBatch::always(method));
        let weights = Backward { input_gradient: None, weight_method: always, ..pass };
        let times = &mut self.weight_gradient[method];
        times.around(|| conv::backward(&weights, &mut self.conv, run));
        if pass.input_gradient.is_some() {
            let input = Backward {
                stage: Stage { pool: false, activation: Activation::Identity, ..pass.stage },
                output_gradient: pass.sum_gradient,
                residual_gradient: None,
                input_method: always,
                train_weights: false,
                ..pass
            };
            let times = &mut self.input_gradient[method];
            times.around(|| conv::backward(&input, &mut self.conv, run));
        }
    }
}

struct Bench<N> {
    net: N,
    layers: Vec<Layer>,
    /// The other stages, forward and backward.
    others: [Vec<Times>; 2],
}

impl<N: Network> Bench<N> {
    fn new(mode: Mode) -> Result<Self, LengthError> {
        let steps = if mode == Mode::Train { N::PROGRAM.training } else { N::PROGRAM.inference };
        let mut layers = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let &Step::Conv { stage, weights: id, norm } = step else { continue };
            let Weights::Conv(geometry) = &N::PROGRAM.weights[id] else { continue };
            if methods(&stage).is_empty() {
                continue;
            }
            let mut conv = Conv::new(geometry);
            let taps = geometry.kernel[0] * geometry.kernel[1];
            let deviation = (2.0 / (taps * geometry.input[2] / geometry.groups) as f32).sqrt();
            let mut noise = noise();
            let weights: Vec<f32> = (0..conv.weight.len()).map(|_| deviation * noise()).collect();
            conv.weight.set(&weights)?;
            let backward = N::PROGRAM.backward.iter().enumerate().find_map(|(i, step)| match step {
                BackStep::Conv { pass, weights } if *weights == id => Some((i, *pass)),
                _ => None,
            });
            layers.push(Layer {
                index,
                stage,
                conv,
                weights,
                norm: norm.map(|(_, eps)| (BatchNorm::new(geometry.output[2]), eps)),
                forward: ByMethod::default(),
                backward: backward.filter(|_| mode == Mode::Train),
                weight_gradient: ByMethod::default(),
                input_gradient: ByMethod::default(),
            });
        }
        let others = [steps.len(), N::PROGRAM.backward.len()].map(|len| vec![Times::default(); len]);
        Ok(Self { net: N::new(1), layers, others })
    }

    fn infer(&mut self, turn: impl Fn(usize) -> usize, run: &mut Run<'_>) {
        let Self { net, layers, others: [others, _] } = self;
        for (i, (stage, times)) in N::STAGES.iter().zip(others).enumerate() {
            match layers.iter_mut().enumerate().find(|(_, layer)| layer.index == i) {
                Some((number, layer)) => layer.forward(turn(number), false, run),
                None => times.around(|| stage(net, run)),
            }
        }
    }

    fn train(&mut self, turn: impl Fn(usize) -> usize, run: &mut Run<'_>) -> Result<(), LengthError> {
        let Self { net, layers, others: [forward, backward] } = self;
        // A step changes the weights: transformed ones are out of date.
        layers.iter_mut().try_for_each(|layer| layer.conv.weight.set(&layer.weights))?;
        for (i, (stage, times)) in N::FORWARD.iter().zip(forward).enumerate() {
            match layers.iter_mut().enumerate().find(|(_, layer)| layer.index == i) {
                Some((number, layer)) => layer.forward(turn(number), true, run),
                None => times.around(|| stage(net, run)),
            }
        }
        let mut gradient = N::Logits::default();
        N::logits(run, &mut gradient);
        N::set_gradient(&gradient, run);
        for (i, (stage, times)) in N::BACKWARD.iter().zip(backward).enumerate() {
            match layers.iter_mut().enumerate().find(|(_, layer)| layer.backward.is_some_and(|(at, _)| at == i)) {
                Some((number, layer)) => layer.backward(turn(number), run),
                None => times.around(|| stage(net, run, false)),
            }
        }
        Ok(())
    }

    /// The first round warms up.
    fn forget(&mut self) {
        let layers = self.layers.iter_mut().flat_map(|layer| {
            [&mut layer.forward, &mut layer.weight_gradient, &mut layer.input_gradient].into_iter().flatten()
        });
        layers.chain(self.others.iter_mut().flatten()).for_each(|times| times.0.clear());
    }

    fn print(&self, batch: usize, out: &mut impl Write) -> io::Result<()> {
        writeln!(
            out,
            "ms{:>43} {:>10} {:>10} {:>10} {:>10} {:>10}",
            "direct", "strassen", "F(4x1)", "F(2x2)", "F(4x4)", "F(6x6)"
        )?;
        let mut total: f64 = self.others.iter().flatten().map(Times::seconds).sum();
        let mut lost = 0.0;
        for layer in &self.layers {
            let Geometry { input: [height, width, depth], output: [.., filters], kernel: [taps, _], .. } =
                layer.stage.geometry;
            let mut row = |what: &str, times: &ByMethod, choice: ByBatch| -> io::Result<()> {
                let measured = |i: &usize| !times[*i].0.is_empty();
                let chosen = number(choice.of(batch));
                let seconds = times.each_ref().map(Times::seconds);
                let candidates = (0..METHODS.len()).filter(measured).filter(|&i| i < EXACT || i == chosen);
                let Some(best) = candidates.min_by(|&a, &b| seconds[a].total_cmp(&seconds[b])) else { return Ok(()) };
                total += seconds[chosen];
                lost += seconds[chosen] - seconds[best];
                write!(out, "{:<35}", format!("conv{taps}-{filters}@{height}x{width}x{depth} {what}"))?;
                for (i, seconds) in seconds.iter().enumerate() {
                    let time = if measured(&i) { format!("{:.4}", seconds * 1e3) } else { String::new() };
                    write!(out, " {time:>10}")?;
                }
                let loss = 100.0 * (seconds[chosen] / seconds[best] - 1.0);
                writeln!(out, "  {:?}, best {:?}: {loss:.1} %", METHODS[chosen], METHODS[best])
            };
            row("forward", &layer.forward, layer.stage.method)?;
            if let Some((_, pass)) = &layer.backward {
                row("weights", &layer.weight_gradient, pass.weight_method)?;
                row("input", &layer.input_gradient, pass.input_method)?;
            }
        }
        let (total_ms, lost_ms) = (total * 1e3, lost * 1e3);
        writeln!(out, "lost {lost_ms:.4} of {total_ms:.4} ms: {:.1} %\n", 100.0 * lost / (total - lost))
    }
}

/// Its number among all of them.
fn number(method: Method) -> usize {
    METHODS.iter().position(|&other| other == method).unwrap_or_default()
}

/// Those that can compute it, if there is more than one.
fn methods(stage: &Stage) -> &'static [Method] {
    let Geometry { input, output, kernel, stride, pad, dilation, groups, algorithm, .. } = stage.geometry;
    let [channels, filters] = [input[2], output[2]].map(|all| all / groups);
    let apart = groups == 1 || [channels, filters].iter().all(|side| side.is_multiple_of(16));
    let plain = (stride, dilation) == ([1, 1], [1, 1]) && apart;
    let halved = [channels, filters].iter().all(|side| side.is_multiple_of(32));
    match kernel {
        _ if output[..2] == [1, 1] || algorithm != Algorithm::Blocked => &[],
        [1, 1] if halved && pad == [0, 0] && groups == 1 && !stage.pool => &[Method::Direct, Method::Strassen],
        _ if !plain => &[],
        [3, 3] => &[Method::Direct, Method::Winograd2, Method::Winograd4, Method::Winograd6],
        [5, 5] if channels <= 64 => &[Method::Direct, Method::Winograd4x1, Method::Winograd2],
        [5, 5] => &[Method::Direct, Method::Winograd2],
        _ => &[],
    }
}
