//! A random stage with its memory.

use super::Random;
use crate::cpu::map::{Buffer, LANES, Layout, Map};
use crate::cpu::run::{Run, Workspace};
use crate::layers::{BatchNorm, Conv};
use crate::ops::activation::Activation;
use crate::ops::conv::{Algorithm, Bias, ByBatch, Geometry, Stage};
use crate::parameter::Parameter;

/// A stage, its parameters and its input.
pub struct Case {
    pub stage: Stage,
    pub conv: Conv,
    pub norm: Option<BatchNorm>,
    pub batch: usize,
    /// Floats of arena per sample.
    pub floats: usize,
    pub x: Vec<f32>,
    pub residual: Vec<f32>,
}

/// What a stage does besides the convolution.
#[derive(Clone, Copy)]
pub struct Extras {
    pub pool: bool,
    pub activation: Activation,
    pub residual: bool,
    pub norm: bool,
}

const ACTIVATIONS: [Activation; 8] = [
    Activation::Identity,
    Activation::Relu,
    Activation::LeakyRelu(0.1),
    Activation::Elu(0.8),
    Activation::Sigmoid,
    Activation::Tanh,
    Activation::ClippedRelu(0.4),
    Activation::Relu,
];

/// The epsilon of all batch norms here.
pub const EPS: f32 = 1e-3;

/// Takes the arena's next floats.
pub fn place(floats: &mut usize, map: Map) -> Buffer {
    let offset = *floats;
    *floats += map.sample();
    Buffer { offset, map }
}

/// A blocked map, perhaps part of a larger buffer, with at least so many zeros around it.
pub fn blocked(random: &mut Random, [height, width, channels]: [usize; 3], least: [usize; 4]) -> Map {
    let border = least.map(|n| n + if random.once_in(3) { random.below(3) } else { 0 });
    let mut map = Map { height, width, channels, border, layout: Layout::Blocked, blocks: 0, first: 0 };
    if random.once_in(3) {
        map.first = random.below(3);
    }
    map.blocks = map.first + map.own_blocks() + if random.once_in(3) { random.below(3) } else { 0 };
    map
}

/// Perhaps groups of whole blocks of channels and filters, in the place of these.
pub fn grouped(random: &mut Random, sides: [usize; 2]) -> (usize, [usize; 2]) {
    if random.once_in(3) {
        let groups = random.range(2, 4);
        return (groups, sides.map(|_| groups * LANES * random.range(1, 4)));
    }
    (1, sides)
}

impl Case {
    /// A stage of random geometry.
    pub fn random(random: &mut Random) -> Self {
        let algorithm = match random.below(4) {
            0 => Algorithm::Planar,
            1 => Algorithm::Depthwise,
            _ => Algorithm::Blocked,
        };
        let mut depth = if algorithm == Algorithm::Planar { random.range(1, 5) } else { random.range(1, 70) };
        let mut filters = if random.once_in(4) { random.range(60, 130) } else { random.range(1, 40) };
        let mut groups = 1;
        if algorithm == Algorithm::Depthwise {
            (filters, groups) = (depth, depth);
        } else if algorithm == Algorithm::Blocked && random.once_in(3) {
            groups = random.range(2, 6);
            depth = groups * random.range(1, 20);
            filters = groups * random.range(1, 20);
        }
        let input = [random.range(1, 20), random.range(1, 20)];
        let whole = random.once_in(6);
        let mut side = |i: usize| {
            if whole {
                return (input[i], 1, 0, 1, 1);
            }
            let kernel = random.range(1, 5.min(input[i]));
            let dilation = random.range(1, if kernel == 1 { 1 } else { 2 });
            let reach = (kernel - 1) * dilation + 1;
            let [before, after] = [random.below(3), random.below(3)];
            let before = before + reach.saturating_sub(input[i] + before + after);
            let stride = if random.once_in(2) { 1 } else { random.range(1, 4) };
            let output = (input[i] + before + after - reach) / stride + 1;
            (kernel, stride, before, dilation, output)
        };
        let (y, x) = (side(0), side(1));
        let geometry = Geometry {
            input: [input[0], input[1], depth],
            output: [y.4, x.4, filters],
            kernel: [y.0, x.0],
            stride: [y.1, x.1],
            pad: [y.2, x.2],
            dilation: [y.3, x.3],
            groups,
            bias: [Bias::None, Bias::Channel, Bias::Position][random.below(3)],
            algorithm,
        };
        let batch = random.range(1, 5);
        Self::new(random, geometry, batch)
    }

    /// A stage of 3x3 filters and stride 1, of random sizes.
    pub fn tiled(random: &mut Random) -> Self {
        let sides = [(); 2].map(|()| random.range(1, 70));
        let (groups, [depth, filters]) = grouped(random, sides);
        let mut side = || {
            let (pad, after) = (random.below(3), random.below(3));
            let input = random.range(if pad + after < 3 { 3 - pad - after } else { 1 }, 30);
            (input, pad, input + pad + after - 2)
        };
        let (y, x) = (side(), side());
        let geometry = Geometry {
            input: [y.0, x.0, depth],
            output: [y.2, x.2, filters],
            kernel: [3, 3],
            stride: [1, 1],
            pad: [y.1, x.1],
            dilation: [1, 1],
            groups,
            bias: Bias::Channel,
            algorithm: Algorithm::Blocked,
        };
        let batch = random.range(1, 5);
        Self::new(random, geometry, batch)
    }

    /// A stage of this geometry, the rest random.
    pub fn new(random: &mut Random, geometry: Geometry, batch: usize) -> Self {
        let pool = geometry.output[0] > 1 && geometry.output[1] > 1 && random.once_in(2);
        let activation = ACTIVATIONS[random.below(ACTIVATIONS.len())];
        let [residual, norm] = [random.once_in(3), random.once_in(3)];
        Self::with(random, geometry, batch, Extras { pool, activation, residual, norm })
    }

    /// A stage of this geometry with these extras.
    pub fn with(random: &mut Random, geometry: Geometry, batch: usize, extras: Extras) -> Self {
        let Extras { pool, activation, residual, norm } = extras;
        let reach = |i: usize| {
            let reach =
                (geometry.output[i] - 1) * geometry.stride[i] + (geometry.kernel[i] - 1) * geometry.dilation[i] + 1;
            reach.saturating_sub(geometry.pad[i] + geometry.input[i])
        };
        let least = [geometry.pad[0], geometry.pad[1], reach(0), reach(1)];
        let mut input = blocked(random, geometry.input, least);
        if geometry.algorithm == Algorithm::Planar {
            input.layout = Layout::Planar;
            input.blocks = input.first + input.own_blocks() + random.below(2);
        }
        let [h, w, k] = geometry.output;
        let size = if pool { [h / 2, w / 2, k] } else { geometry.output };
        let output = blocked(random, size, [0; 4]);
        let residual_map = blocked(random, geometry.output, [0; 4]);
        let mut floats = LANES * random.below(3);
        let input = place(&mut floats, input);
        let residual = residual.then(|| place(&mut floats, residual_map));
        let winners = pool.then_some(floats);
        floats += (k.div_ceil(LANES) * (h / 2) * (w / 2)).next_multiple_of(LANES);
        let output = place(&mut floats, output);
        let method = ByBatch::DIRECT;
        let stage = Stage { geometry, method, half: false, input, residual, activation, pool, output, winners };

        let mut conv = Conv::new(Box::leak(Box::new(geometry)));
        let fan = geometry.input[2] / geometry.groups * geometry.kernel[0] * geometry.kernel[1];
        let scale = 2.0 / (fan as f32).sqrt();
        let weights: Vec<f32> = random.values(conv.weight.len()).iter().map(|w| w * scale).collect();
        conv.weight.set(&weights).expect("as many as there are");
        conv.bias.set(&random.values(conv.bias.len())).expect("as many as there are");
        let norm = norm.then(|| {
            let mut norm = BatchNorm::new(k);
            let mut set = |parameter: &mut Parameter, add: f32| {
                let values: Vec<f32> = random.values(k).iter().map(|v| v + add).collect();
                parameter.set(&values).expect("as many as there are");
            };
            set(&mut norm.weight, 0.2);
            set(&mut norm.bias, 0.0);
            set(&mut norm.running_mean, 0.0);
            set(&mut norm.running_var, 1.5);
            norm
        });
        Self {
            stage,
            conv,
            norm,
            batch,
            floats,
            x: random.values(batch * geometry.input.iter().product::<usize>()),
            residual: random.values(batch * geometry.output.iter().product::<usize>()),
        }
    }

    /// A run whose arena holds garbage, but for the input and the residual.
    pub fn start<'a>(&self, workspace: &'a mut Workspace) -> Run<'a> {
        let mut run = workspace.run(self.floats, self.batch, 1);
        let all = Buffer {
            offset: 0,
            map: Map {
                height: 1,
                width: self.floats,
                channels: 1,
                border: [0; 4],
                layout: Layout::Planar,
                blocks: 1,
                first: 0,
            },
        };
        run.write(&all).fill(f32::NAN);
        put(&mut run, &self.stage.input, &self.x);
        if let Some(residual) = &self.stage.residual {
            put(&mut run, residual, &self.residual);
        }
        run
    }
}

/// Calls `f` with the index of each value in NCHW order and of its place in the buffer.
fn each(buffer: &Buffer, batch: usize, mut f: impl FnMut(usize, usize)) {
    let map = &buffer.map;
    for n in 0..batch {
        for c in 0..map.channels {
            for y in 0..map.height {
                for x in 0..map.width {
                    let nchw = ((n * map.channels + c) * map.height + y) * map.width + x;
                    let (block, lane) = (c / map.lanes(), c % map.lanes());
                    f(
                        nchw,
                        n * map.sample() + map.origin() + block * map.plane() + y * map.row() + x * map.lanes() + lane,
                    );
                }
            }
        }
    }
}

/// Writes a batch of volumes, their borders and the lanes beyond their depth.
pub fn put(run: &mut Run<'_>, buffer: &Buffer, values: &[f32]) {
    let (batch, map) = (run.batch, &buffer.map);
    let memory = run.write(buffer);
    for n in 0..batch {
        let start = n * map.sample() + map.first * map.plane();
        memory[start..start + map.own_blocks() * map.plane()].fill(0.0);
    }
    each(buffer, batch, |i, at| memory[at] = values[i]);
}

/// Reads a batch of volumes; asserts that their borders and the lanes beyond their depth are zero, and that the rest
/// of the buffer is still garbage.
pub fn get(run: &Run<'_>, buffer: &Buffer) -> Vec<f32> {
    let (batch, map) = (run.batch, &buffer.map);
    let memory = run.read(buffer);
    let mut values = vec![0.0; batch * map.channels * map.height * map.width];
    let mut rest = memory.to_vec();
    each(buffer, batch, |i, at| {
        values[i] = memory[at];
        rest[at] = 0.0;
    });
    for n in 0..batch {
        for (i, v) in rest[n * map.sample()..(n + 1) * map.sample()].iter().enumerate() {
            let block = i / map.plane();
            if (map.first..map.first + map.own_blocks()).contains(&block) {
                assert!(*v == 0.0, "float {i} of {map:?} is {v}, not zero");
            } else {
                assert!(v.is_nan(), "float {i} of {map:?} was overwritten");
            }
        }
    }
    values
}
