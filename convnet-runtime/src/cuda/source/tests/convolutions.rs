//! Convolutions of random geometry against f64, forward and backward, on Hopper's matrix units and elsewhere. All operands are
//! numbers of bfloat16, so that nothing is rounded but sums and results; or, in TF32, a little beside them, so that they are
//! if they are rounded to the nearest.

use std::fmt::Write;

use super::bench::{device, run_launches};
use crate::cpu::map::{Buffer, Gradient, LANES, Layout, Map};
use crate::cuda::Device;
use crate::cuda::driver::{Memory, Stream};
use crate::cuda::launch::{Argument, Launch, Precision};
use crate::cuda::source::Module;
use crate::network::Frame;
use crate::ops::activation::Activation;
use crate::ops::conv::reference;
use crate::ops::conv::{Algorithm, Backward, Bias, ByBatch, Geometry, Stage};
use crate::ops::testing::Random;
use crate::program::{BackStep, Program, Step, Weights};

/// A convolution, and all that it reads.
struct Case {
    stage: Stage,
    pass: Backward,
    x: Vec<f32>,
    w: Vec<f32>,
    bias: Vec<f32>,
    residual: Vec<f32>,
    dz: Vec<f32>,
    /// What the gradient is added to.
    before: Vec<f32>,
}

/// A number of bfloat16.
fn number(random: &mut Random) -> f32 {
    f32::from_bits((random.real() as f32).to_bits() & 0xffff_0000)
}

fn numbers(random: &mut Random, count: usize) -> Vec<f32> {
    (0..count).map(|_| number(random)).collect()
}

/// Numbers that are these ones when they are rounded to TF32.
fn beside(values: &[f32], precision: Precision, random: &mut Random) -> Vec<f32> {
    let mut near = |value: &f32| {
        let moved = value.to_bits() + random.below(0xfff) as u32 - 0x7ff;
        if *value == 0.0 { 0.0 } else { f32::from_bits(moved) }
    };
    if precision == Precision::Tf32 { values.iter().map(&mut near).collect() } else { values.to_vec() }
}

/// Of stride 1 and enough channels for Hopper's matrix units, or any.
fn geometry(random: &mut Random, wide: bool) -> Geometry {
    let (mut channels, mut filters, mut groups) = (random.between(1, 40), random.between(1, 70), 1);
    if wide {
        (channels, filters) = (random.between(32, 140), random.between(32, 200));
    } else if random.below(3) == 0 {
        groups = random.between(2, 3);
        (channels, filters) = (groups * 8 * random.between(1, 2), groups * random.between(2, 18));
    }
    let input = [random.between(1, 11), random.between(1, 11)];
    let whole = random.below(4) == 0;
    let side = |random: &mut Random, i: usize| {
        if whole {
            return (input[i], 1, 0, 1, 1);
        }
        let kernel = random.between(1, input[i].min(3));
        let dilation = if kernel == 1 || kernel == input[i] { 1 } else { random.between(1, 2) };
        let reach = (kernel - 1) * dilation + 1;
        let pad =
            random.between(reach.saturating_sub(input[i]).max(reach / 2), reach - 1 + reach.saturating_sub(input[i]));
        let stride = if wide { 1 } else { random.between(1, 3) };
        (kernel, stride, pad, dilation, (input[i] + 2 * pad - reach) / stride + 1)
    };
    let (y, x) = (side(random, 0), side(random, 1));
    Geometry {
        input: [input[0], input[1], channels],
        output: [y.4, x.4, filters],
        kernel: [y.0, x.0],
        stride: [y.1, x.1],
        pad: [y.2, x.2],
        dilation: [y.3, x.3],
        groups,
        bias: [Bias::None, Bias::Channel, Bias::Channel, Bias::Position][random.below(4)],
        algorithm: Algorithm::Blocked,
    }
}

/// Takes the arena's next floats, perhaps for the part of a larger volume.
fn place(random: &mut Random, floats: &mut usize, [height, width, channels]: [usize; 3]) -> Buffer {
    let mut map = Map { height, width, channels, border: [0; 4], layout: Layout::Blocked, blocks: 0, first: 0 };
    map.first = random.below(2);
    map.blocks = map.first + channels.div_ceil(LANES) + random.below(2);
    let offset = *floats;
    *floats += map.sample();
    Buffer { offset, map }
}

fn case(random: &mut Random, floats: &mut usize, wide: bool, batch: usize) -> Case {
    let geometry = geometry(random, wide);
    let [rows, columns, filters] = geometry.output;
    let pool = rows > 1 && columns > 1 && random.below(2) == 0;
    let output = if pool { [rows / 2, columns / 2, filters] } else { geometry.output };
    let input = place(random, floats, geometry.input);
    let residual = (random.below(3) == 0).then(|| place(random, floats, geometry.output));
    let activation = [Activation::Identity, Activation::Relu][random.below(2)];
    let output = place(random, floats, output);
    let winners = pool.then_some(*floats);
    *floats += output.map.sample();
    let method = ByBatch::DIRECT;
    let stage = Stage { geometry, method, half: false, input, residual, activation, pool, output, winners };
    let gradient = place(random, floats, geometry.output);
    let to = Gradient { buffer: place(random, floats, geometry.input), accumulate: random.below(2) == 0 };
    let plain = Stage { residual: None, activation: Activation::Identity, pool: false, winners: None, ..stage };
    let pass = Backward {
        stage: plain,
        output_gradient: gradient,
        sum_gradient: gradient,
        input_gradient: Some(to),
        residual_gradient: None,
        input_method: method,
        weight_method: method,
        train_weights: true,
        accumulate: random.below(2) == 0,
    };
    let [volume, sums] = [geometry.input, geometry.output].map(|extent| extent.iter().product::<usize>() * batch);
    let weights = filters * (geometry.input[2] / geometry.groups) * geometry.kernel[0] * geometry.kernel[1];
    let biases = [0, filters, sums / batch]
        [usize::from(geometry.bias != Bias::None) * (1 + usize::from(geometry.bias == Bias::Position))];
    Case {
        stage,
        pass,
        x: numbers(random, volume),
        w: numbers(random, weights),
        bias: numbers(random, biases),
        residual: numbers(random, if residual.is_some() { sums } else { 0 }),
        dz: numbers(random, sums),
        before: numbers(random, volume),
    }
}

/// A device's memory as the kernels take it.
struct Machine {
    precision: Precision,
    batch: usize,
    arena: Memory,
    packed: Memory,
    /// Values and gradients.
    parameters: Vec<[Memory; 2]>,
}

impl Machine {
    fn address(&self, argument: &Argument) -> u64 {
        match *argument {
            Argument::Arena(place) => self.arena.at(place),
            Argument::Packed(place) => self.packed.at(place),
            Argument::Parameter(index) => self.parameters[index][0].at(0),
            Argument::Gradient(index) => self.parameters[index][1].at(0),
            Argument::U32(value) => value.into(),
            other => panic!("a convolution does not take {other:?}"),
        }
    }

    /// Calls `f` with each value of a volume in the order [n][c][y][x], and its place in the arena in values.
    fn each(&self, buffer: &Buffer, mut f: impl FnMut(usize, usize)) {
        let Buffer { offset, map } = buffer;
        let first = offset * self.batch + map.first * LANES;
        let (plane, pitch) = (map.height * map.width, map.pitch());
        for i in 0..self.batch * map.volume() {
            let (n, c, pixel) = (i / map.volume(), i / plane % map.channels, i % plane);
            f(i, first + (n * plane + pixel) * pitch + c);
        }
    }

    fn bytes(&self, values: usize) -> usize {
        values * self.precision.bytes()
    }

    fn put(&self, image: &mut [u8], buffer: &Buffer, values: &[f32]) {
        self.each(buffer, |i, at| {
            let bytes = values[i].to_le_bytes();
            let size = self.precision.bytes();
            image[at * size..(at + 1) * size].copy_from_slice(&bytes[4 - size..]);
        });
    }

    fn get(&self, image: &[u8], buffer: &Buffer) -> Vec<f32> {
        let mut values = vec![0.0; self.batch * buffer.map.volume()];
        self.each(buffer, |i, at| {
            let (size, mut bytes) = (self.precision.bytes(), [0; 4]);
            bytes[4 - size..].copy_from_slice(&image[at * size..(at + 1) * size]);
            values[i] = f32::from_le_bytes(bytes);
        });
        values
    }
}

fn memory(device: &Device, bytes: usize) -> Memory {
    Memory::new(device.context(), bytes.next_multiple_of(4)).expect("there is memory")
}

fn words(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|word| f32::from_le_bytes(word.try_into().expect("four bytes"))).collect()
}

/// What is wrong with a result, if it is not near: `rounding` is that of a single value, `cut` what sums lose beside the largest.
fn wrong(own: &[f32], expected: &[f64], rounding: f64, cut: f64) -> Option<String> {
    let largest = expected.iter().fold(1.0f64, |most, v| most.max(v.abs()));
    let far = |(_, (own, expected)): &(usize, (&f32, &f64))| {
        let apart = (f64::from(**own) - **expected).abs();
        apart.is_nan() || apart > expected.abs() * rounding + largest * cut
    };
    let mut all = own.iter().zip(expected).enumerate().filter(far);
    let (first, (value, right)) = all.next()?;
    Some(format!("{} of {} wrong, the first at {first}: {value}, not {right}", 1 + all.count(), own.len()))
}

fn wide_numbers(values: &[f32]) -> Vec<f64> {
    values.iter().map(|v| f64::from(*v)).collect()
}

impl Case {
    /// The output, sample by sample.
    fn forward(&self) -> Vec<f64> {
        let (geometry, [x, w, bias, residual]) =
            (&self.stage.geometry, [&self.x, &self.w, &self.bias, &self.residual].map(|values| wide_numbers(values)));
        let [rows, columns, filters] = geometry.output;
        let mut all = Vec::new();
        for (n, x) in x.chunks(geometry.input.iter().product()).enumerate() {
            let mut y = reference::forward(geometry, x, &w, &bias);
            for (i, y) in y.iter_mut().enumerate() {
                *y += residual.get(n * rows * columns * filters + i).copied().unwrap_or(0.0);
                if self.stage.activation == Activation::Relu {
                    *y = y.max(0.0);
                }
            }
            if !self.stage.pool {
                all.extend(y);
                continue;
            }
            for plane in y.chunks(rows * columns) {
                for at in 0..(rows / 2) * (columns / 2) {
                    let top = at / (columns / 2) * 2 * columns + at % (columns / 2) * 2;
                    let window = [top, top + 1, top + columns, top + columns + 1];
                    all.push(window.iter().fold(f64::NEG_INFINITY, |most, &i| most.max(plane[i])));
                }
            }
        }
        all
    }

    /// The gradients of the input and of the weights.
    fn backward(&self) -> [Vec<f64>; 2] {
        let geometry = &self.stage.geometry;
        let [x, w, dz, before] = [&self.x, &self.w, &self.dz, &self.before].map(|values| wide_numbers(values));
        let (mut dx, mut dw) = (Vec::new(), if self.pass.accumulate { w.clone() } else { vec![0.0; w.len()] });
        let [input, output] = [geometry.input, geometry.output].map(|extent| extent.iter().product::<usize>());
        for (x, dz) in x.chunks(input).zip(dz.chunks(output)) {
            dx.extend(reference::backward_input(geometry, &w, dz));
            reference::backward_weights(geometry, x, dz, &mut dw);
        }
        if self.pass.input_gradient.is_some_and(|to| to.accumulate) {
            dx.iter_mut().zip(before).for_each(|(dx, before)| *dx += before);
        }
        [dx, dw]
    }
}

/// Runs so many convolutions as the stages of one program, in one batch.
fn check(precision: Precision, architecture: &str, count: usize, batch: usize, seed: u64) {
    let Some(device) = device() else { return };
    let (mut random, mut floats) = (Random::new(seed), 0);
    let dummy = place(&mut random, &mut floats, [1, 1, 16]);
    let cases: Vec<Case> = (0..count).map(|i| case(&mut random, &mut floats, i % 3 != 2, batch)).collect();
    let step = |(weights, case): (usize, &Case)| Step::Conv { stage: case.stage, weights, norm: None };
    let back = |(weights, case): (usize, &Case)| BackStep::Conv { pass: case.pass, weights };
    let frame = Frame { floats, input: dummy };
    let program = Program {
        training: Vec::leak(cases.iter().enumerate().map(step).collect()),
        backward: Vec::leak(cases.iter().enumerate().map(back).collect()),
        weights: Vec::leak(cases.iter().map(|case| Weights::Conv(case.stage.geometry)).collect()),
        frames: [frame; 2],
        ..Program::NOTHING
    };
    let module = Module::new(&program, precision, architecture);
    let launches = module.launches(batch);
    let kernels = device.load(&module.source).unwrap_or_else(|error| panic!("{error}\n{}", module.source));
    let stream = Stream::new(device.context()).expect("a stream");
    let arena = memory(&device, launches.training_arena.max(launches.arena));
    let parameters = module.places.all.iter().map(|place| [0; 2].map(|_| memory(&device, place.len()))).collect();
    let machine = Machine { precision, batch, arena, packed: memory(&device, module.packed), parameters };

    // Everything that nobody writes is not a number.
    let mut image = vec![0xff; machine.bytes(floats * batch)];
    let mut index = 0;
    for case in &cases {
        let [x, w, dz] = [&case.x, &case.w, &case.dz].map(|values| beside(values, precision, &mut random));
        machine.put(&mut image, &case.stage.input, &x);
        case.stage.residual.iter().for_each(|volume| machine.put(&mut image, volume, &case.residual));
        machine.put(&mut image, &case.pass.sum_gradient, &dz);
        case.pass.input_gradient.iter().for_each(|to| machine.put(&mut image, &to.buffer, &case.before));
        for [value, gradient] in [[&w, &case.w], [&case.bias; 2]].into_iter().filter(|[values, _]| !values.is_empty()) {
            machine.parameters[index][0].write(0, value).expect("it fits");
            machine.parameters[index][1].write(0, gradient).expect("it fits");
            index += 1;
        }
    }
    machine.arena.write(0, &words(&image)).expect("it fits");
    // Few blocks, so that each has several tiles.
    let few = |launches: &[Launch]| -> Vec<Launch> {
        let mut launches = launches.to_vec();
        launches
            .iter_mut()
            .filter(|launch| !launch.maps.is_empty())
            .for_each(|launch| launch.grid[0] = launch.grid[0].min(3));
        launches
    };
    for launches in [&launches.pack, &few(&launches.forward), &few(&launches.backward)] {
        run_launches(&kernels, &stream, launches, |argument| machine.address(argument));
    }

    let mut read = words(&image);
    machine.arena.read(0, &mut read).expect("it is there");
    let image: Vec<u8> = read.iter().flat_map(|word| word.to_le_bytes()).collect();
    let rounding = if precision == Precision::Bf16 { 1.0 / 256.0 } else { 0.0 };
    // Matrix units do not round: of each of up to 300 sums of some products, they cut off what is behind 24 bits or a few more,
    // always towards zero.
    let cut = if precision == Precision::F32 { 1e-5 } else { 4e-5 };
    let (mut index, mut mistakes) = (0, String::new());
    for (i, case) in cases.iter().enumerate() {
        let [dx, dw] = case.backward();
        let to = case.pass.input_gradient.expect("it is asked for");
        let mut own = vec![0.0; dw.len()];
        machine.parameters[index][1].read(0, &mut own).expect("it is there");
        let found = [
            ("output", wrong(&machine.get(&image, &case.stage.output), &case.forward(), rounding, cut)),
            ("input's gradient", wrong(&machine.get(&image, &to.buffer), &dx, rounding, cut)),
            ("weights' gradient", wrong(&own, &dw, 0.0, cut)),
        ];
        for (what, mistake) in found.into_iter().filter_map(|(what, mistake)| Some((what, mistake?))) {
            let _ = writeln!(mistakes, "{what} of {i}: {mistake}\n  {:?}", case.stage);
        }
        index += 1 + usize::from(!case.bias.is_empty());
    }
    assert!(mistakes.is_empty(), "{precision:?} {architecture}, batch {batch}:\n{mistakes}");
}

#[test]
fn on_hoppers_matrix_units() {
    check(Precision::Bf16, "sm_90a", 9, 2, 1);
}

#[test]
fn on_hoppers_matrix_units_in_tf32() {
    check(Precision::Tf32, "sm_90a", 9, 2, 6);
}

#[test]
fn on_hoppers_matrix_units_with_more_samples() {
    check(Precision::Bf16, "sm_90a", 9, 5, 2);
}

#[test]
fn on_hoppers_matrix_units_in_tf32_with_more_samples() {
    check(Precision::Tf32, "sm_90a", 9, 5, 7);
}

#[test]
fn on_tensor_cores() {
    check(Precision::Bf16, "sm_80", 9, 3, 3);
}

#[test]
fn on_tensor_cores_in_tf32() {
    check(Precision::Tf32, "sm_80", 9, 2, 4);
}

#[test]
fn in_single_precision() {
    check(Precision::F32, "sm_80", 9, 2, 5);
}
