//! Kernels against the CPU: inference, forward in training, backward, of a network for each word. They run on the device,
//! or in the emulator, where `CONVNET_CUDA_EMULATOR` names its folder.

mod bench;
mod convolutions;

use bench::{Bench, device, difference, distance, read};

use crate::cpu::exchange;
use crate::cuda::driver::{Encoded, Memory};
use crate::cuda::launch::{Argument, Precision, TensorMap};
use crate::cuda::source::Module;
use crate::network::Key;
use crate::prelude::*;
use crate::program::Step;

/// Asserts that the device gives what the CPU gives.
fn agrees<N: Network>(batch: usize, precision: Precision, tolerance: f32) {
    let Some(device) = device() else { return };
    for seed in 0..2 {
        let mut bench = Bench::<N>::new(&device, precision, batch + seed as usize, seed);
        inference(&mut bench, tolerance);
        training(&mut bench, tolerance);
    }
}

#[track_caller]
fn near(what: &str, device: &[f32], cpu: &[f32], tolerance: f32) {
    let apart = difference(device, cpu);
    assert!(apart <= tolerance, "{what}: {apart} apart\n{:?}\n{:?}", head(device), head(cpu));
}

fn head(values: &[f32]) -> &[f32] {
    &values[..values.len().min(48)]
}

fn inference<N: Network>(bench: &mut Bench<N>, tolerance: f32) {
    let x = bench.volume(&N::INFERENCE.input);
    bench.put_input(bench.launches.input, &N::INFERENCE.input, &x);
    bench.run(&bench.launches.infer);
    let (net, mut run) = bench.cpu(false);
    exchange::load(&x, &N::INFERENCE.input, &mut run);
    net.infer(&mut run);
    let expected: Vec<Vec<f32>> = N::PROGRAM.outputs.iter().map(|output| read(output, &run)).collect();
    // Probabilities are as far apart as logits are, not as far as these are beside the largest: logits are looked at in training.
    let exponential =
        matches!(N::PROGRAM.inference.last(), Some(Step::Softmax(_))) && bench.precision != Precision::F32;
    for ((output, &place), expected) in N::PROGRAM.outputs.iter().zip(&bench.launches.output).zip(expected) {
        if exponential {
            continue;
        }
        near("output", &bench.get(place, output), &expected, tolerance);
    }
}

fn training<N: Network>(bench: &mut Bench<N>, tolerance: f32) {
    let program = N::PROGRAM;
    let x = bench.volume(&N::TRAINING.input);
    bench.put_input(bench.launches.training_input, &N::TRAINING.input, &x);
    bench.run(&bench.launches.forward);
    let gradients: Vec<Vec<f32>> = program.logits.iter().map(|logits| bench.volume(logits)).collect();
    for ((logits, &place), gradient) in program.logits.iter().zip(&bench.launches.gradient).zip(&gradients) {
        bench.put(place, logits, gradient);
    }
    bench.run(&bench.launches.backward);

    let (net, mut run) = bench.cpu(true);
    exchange::load(&x, &N::TRAINING.input, &mut run);
    net.forward(&mut run);
    let expected: Vec<Vec<f32>> = program.logits.iter().map(|logits| read(logits, &run)).collect();
    let mut written = Vec::new();
    for (to, gradient) in program.gradients.iter().zip(&gradients) {
        let Some(to) = to else { continue };
        if written.contains(to) {
            exchange::add(gradient, to, &mut run);
        } else {
            exchange::load(gradient, to, &mut run);
        }
        written.push(*to);
    }
    net.backward(&mut run, false);

    for ((logits, &place), expected) in program.logits.iter().zip(&bench.launches.logits).zip(expected) {
        near("logits", &bench.get(place, logits), &expected, tolerance);
    }
    let (mut index, mut before) = (0, 0.0f32);
    bench.net.visit(&Key::ROOT, &mut |key, parameter| {
        let name = format!("{key} in training");
        near(&name, &bench.parameter(index, 0, parameter.len()), &parameter.values(), tolerance);
        if parameter.is_fresh() {
            let (own, expected) = (bench.parameter(index, 1, parameter.len()), parameter.gradient());
            // The gradient of a bias before a batch norm is nothing but rounding: it is measured by that of the weight.
            let largest = expected.iter().fold(0.0f32, |most, d| most.max(d.abs()));
            let scale = if largest < 1e-3 * before { before } else { largest };
            // Where rounding has moved a value across a kink of its activation, or to another winner of its window, single
            // gradients are others.
            let apart = if bench.precision == Precision::F32 { difference } else { distance }(&own, &expected);
            let most = 10.0 * tolerance * scale.max(1e-6);
            assert!(
                apart * largest.max(1e-6) <= most,
                "gradient of {key}: {apart} apart\n{:?}\n{:?}",
                head(&own),
                head(&expected)
            );
            before = largest;
        }
        index += 1;
    });
}

/// Asserts that the losses, and the optimizer after them, are the CPU's.
fn steps<N, L>(loss: &L, name: &str, wanted: &[f32])
where
    N: Network<Logits = Tensor<<N as Network>::Input>>,
    L: Loss<N::Logits>,
{
    let Some(device) = device() else { return };
    let (batch, places) = (3, N::PROGRAM.logits);
    for sgd in [Sgd::new(0.1), Sgd::new(0.1).momentum(0.9).weight_decay(0.01), Sgd::new(0.2).momentum(0.5).nesterov()] {
        let mut bench = Bench::<N>::new(&device, Precision::F32, batch, 5);
        bench.set(sgd, 8.0);
        bench.want(wanted);
        let mut trainer = Trainer::new(sgd, 0);
        for _ in 0..3 {
            let x = bench.volume(&N::TRAINING.input);
            bench.put_input(bench.launches.training_input, &N::TRAINING.input, &x);
            bench.run(&bench.launches.forward);
            let losses =
                if name == "cross-entropy" { &bench.launches.cross_entropy } else { &bench.launches.mean_squared };
            bench.run(&losses[0]);
            bench.run(&bench.launches.backward);
            bench.run(&bench.launches.update);
            let input = Tensor::from_chw(x).expect("whole samples");
            let expected = trainer.step(&mut bench.net, &input, loss).expect("a step");
            near(name, &[bench.loss()], &[expected], 1e-6);
        }
        let gradient = bench.get(bench.launches.gradient[0], &places[0]);
        assert!(gradient.iter().any(|d| *d != 0.0));
        let mut index = 0;
        bench.net.visit(&Key::ROOT, &mut |key, parameter| {
            let own = bench.parameter(index, 0, parameter.len());
            near(&format!("{name}: {key} after three steps"), &own, &parameter.values(), 1e-5);
            index += 1;
        });
    }
}

#[test]
fn losses_and_steps() {
    let labels = [0, 2, 1, 1, 0, 2, 2, 2, 0, 1, 0, 1];
    let words: Vec<f32> = labels.iter().map(|&label| f32::from_bits(label as u32)).collect();
    steps::<inside::Same, _>(&CrossEntropy(&labels), "cross-entropy", &words);
    let targets = Tensor::from_fn(3, |n, c, y, x| (n + 2 * c + y * x) as f32 * 0.2);
    // Dense pixels on the device, planes in a tensor.
    let dense: Vec<f32> = (0..36).map(|i| (i / 12 + 2 * (i % 3) + (i / 6 % 2) * (i / 3 % 2)) as f32 * 0.2).collect();
    steps::<inside::Same, _>(&MeanSquared(&targets), "mean squared error", &dense);
}

#[test]
fn tensors_that_cannot_be_copied_in_boxes_are_refused() {
    let Some(device) = device().filter(|device| device.capability() >= (9, 0)) else { return };
    let memory = Memory::new(device.context(), 1 << 12).expect("there is memory");
    let right = TensorMap {
        base: Argument::Arena(0),
        precision: Precision::Bf16,
        extent: [60, 4, 4, 2],
        stride: [64, 256, 1024],
        part: [64, 4, 256, 1],
    };
    let takes = |map: TensorMap, offset: usize| Encoded::new(&map, memory.at(offset)).is_ok();
    assert!(takes(right, 0) && takes(right, 16));
    assert!(!takes(right, 8), "an address");
    assert!(!takes(TensorMap { extent: [60, 0, 4, 2], ..right }, 0), "an extent");
    assert!(!takes(TensorMap { stride: [60, 240, 960], ..right }, 0), "a stride");
    for part in [[60, 4, 4, 1], [72, 4, 4, 1], [64, 4, 257, 1], [64, 0, 4, 1]] {
        assert!(!takes(TensorMap { part, ..right }, 0), "a box of {part:?}");
    }
}

#[test]
fn bfloat16_halves_the_memory_of_a_sample() {
    for program in [lenet::Net::PROGRAM, chained::Net::PROGRAM, residual::Net::PROGRAM] {
        let per_sample = |precision| {
            // Large enough that no sum is cut into parts more than others.
            let [small, large] = [2000, 4000].map(|batch| Module::new(&program, precision, "sm_80").launches(batch));
            [large.arena - small.arena, large.training_arena - small.training_arena].map(|bytes| bytes as f64)
        };
        let (single, half) = (per_sample(Precision::F32), per_sample(Precision::Bf16));
        for (single, half) in single.into_iter().zip(half) {
            // Winners, logits and what is summed in parts do not become smaller.
            assert!(half < 0.6 * single, "{half} {single}");
        }
    }
}

#[test]
fn kernels_do_not_depend_on_the_batch() {
    for program in [windows::Net::PROGRAM, lenet::Net::PROGRAM, products::Net::PROGRAM, residual::Net::PROGRAM] {
        for precision in [Precision::F32, Precision::Tf32, Precision::Bf16] {
            for architecture in ["sm_80", "sm_90a"] {
                let module = Module::new(&program, precision, architecture);
                for batch in [1, 7, 1000] {
                    let launches = module.launches(batch);
                    let passes = [&launches.infer, &launches.forward, &launches.backward, &launches.update];
                    let losses = launches.cross_entropy.iter().chain(&launches.mean_squared);
                    let mut all = passes.into_iter().chain(losses).flatten();
                    assert!(all.all(|launch| module.source.contains(&format!(" {}(", launch.kernel))));
                }
            }
        }
    }
}

/// What a rounding to bfloat16 changes at most, by the value: it has 8 significant bits.
const ROUNDING: f32 = 1.0 / 512.0;

/// A test for each network: `name(batch, roundings) { declaration }`. Between the input and the farthest output, so many
/// values are rounded one after the other in bfloat16: the input, each weight, each volume. Each changes its own volume by
/// `ROUNDING` of it at most, sums make them no larger beside the largest sum, and backward has as many again. Sums are cut well
/// above what rounding moves them by, so that few slopes are others afterwards.
macro_rules! agree {
    ($($name:ident($batch:literal, $roundings:literal) $(#[$($attribute:tt)*])* { $($network:tt)* })+) => {$(
        mod $name {
            use crate::prelude::*;

            network! { $(#[$($attribute)*])* pub struct Net { $($network)* } }

            #[test]
            fn agrees() {
                super::agrees::<Net>($batch, super::Precision::F32, 1e-5);
            }

            #[test]
            fn agrees_in_bf16() {
                super::agrees::<Net>($batch, super::Precision::Bf16, $roundings as f32 * super::ROUNDING);
            }
        }
    )+};
}

agree! {
    lenet(3, 10) {
        input 16x16x1 -> conv5-6(pad=0) -> maxpool -> conv3-20 -> relu -> maxpool
        -> fc-30 -> relu -> dropout -> fc-10 -> softmax
    }
    chained(3, 15) {
        input 10x9x3 -> conv3-40 -> tanh -> conv3-48 -> sigmoid -> maxpool(floor) -> conv3-36 -> elu -> conv1-50(groups=2) -> tanh
        -> fc-70 -> tanh -> fc-5
    }
    windows(2, 12) {
        input 9x7x6 -> conv3x2-10/2x1(pad=1, floor) -> leaky_relu(0.3) -> conv3-12(dilation=2, groups=2) -> elu(0.5)
        -> conv1-8(bias=position) -> sigmoid -> dwconv3/2(pad=1, floor) -> tanh -> gap -> fc-3
    }
    strided(2, 7) {
        input 7x9x17 -> conv3-33/2 -> conv2-20/3x1(pad=1, floor, bias=false) -> clipped_relu(60) -> fc-5
    }
    pooled(2, 13) {
        input 10x9x5 -> conv3-18 -> leaky_relu(0.2) -> maxpool(floor) -> dwconv3 -> relu -> maxpool(floor)
        -> conv1-40 -> conv1-12(groups=4) -> maxpool -> fc-4
    }
    pools(2, 12) #[rounding(ceil)] {
        input 11x9x6 -> conv3-6 -> maxpool3/2 -> conv1-7 -> avgpool3/1(pad=1) -> conv1-7 -> avgpool3x2/2
        -> maxpool2x1(pad=1x0) -> fc-3
    }
    elementwise(3, 16) {
        input 5x4x6 -> conv1-12 -> sigmoid -> dropout(0.3) -> maxout(2) -> tanh -> widen-11 -> elu -> upsample2x1
        -> conv1-5 -> upsample2(bilinear) -> relu -> flatten
    }
    normalised(3, 16) {
        input 5x4x6 -> conv3-20(bias=false) -> bn -> relu -> conv3-35 -> bn(eps=1e-3, momentum=0.3) -> lrn(n=3, alpha=2, beta=0.5)
        -> conv1-6 -> lrn(n=3, within, alpha=1.0, beta=0.6, k=2) -> gap
    }
    residual(2, 22) {
        block basic(c) = (conv3-c(bias=false) -> bn -> relu -> conv3-c(bias=false) -> bn + skip) -> relu;
        input 6x6x3 -> conv3-16 -> basic(16)*2 -> (conv1-9/2(floor) + maxpool -> conv1-9 + avgpool -> conv1-9) -> elu -> fc-4
    }
    branches(2, 10) {
        input 6x5x19 -> (conv1-16 -> relu | conv3-32 -> relu | maxpool3/1(pad=1) -> conv1-7 | skip) -> (conv1-5 | conv1-6)
        -> { classes: gap -> fc-5 -> softmax, boxes: conv1-4, same: relu }
    }
    frozen_parts(2, 13) {
        input 6x6x3 -> frozen [conv3-8 -> bn -> relu] -> conv3-8 -> bn -> frozen [conv1-6 -> bn] -> tanh -> fc-4
    }
    weights_shared(2, 14) {
        block same() = conv3-4(same) -> bn -> tanh;
        input 5x5x4 -> shared same() -> shared same() -> [shared same()]*1 -> fc-3
    }
    layers(2, 18) {
        input 8x8x3 -> conv3-5 -> super::inside::Inner -> 4x4x7 -> relu -> super::inside::Inner2 -> 4 -> fc-3
    }
}

mod products {
    use crate::prelude::*;

    network! {
        pub struct Net {
            input 9x7x3 -> conv3-20/2(floor) -> tanh -> conv3-36(dilation=2) -> tanh -> conv3-72(groups=4) -> tanh
            -> fc-70 -> tanh -> fc-5
        }
    }

    #[test]
    fn tf32() {
        super::agrees::<Net>(2, super::Precision::Tf32, 1e-3);
    }

    #[test]
    fn bf16() {
        super::agrees::<Net>(2, super::Precision::Bf16, 11.0 * super::ROUNDING);
    }
}

mod inside {
    use crate::prelude::*;

    network! { pub struct Same { input 2x2x3 -> conv3-8 -> bn -> tanh -> conv1-3 } }

    network! { pub struct Inner { input 8x8x5 -> relu -> conv3-20 -> bn -> relu -> maxpool -> dropout(0.4) -> conv1-7 } }
    network! { pub struct Inner2 { input 4x4x7 -> dropout(0.2) -> fc-4 -> dropout(0.1) } }
}
