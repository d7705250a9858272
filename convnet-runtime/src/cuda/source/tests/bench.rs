//! Runs a network's launches, and the CPU beside it, pass by pass.

use crate::cpu::exchange;
use crate::cpu::map::Buffer;
use crate::cpu::run::{Run, Workspace};
use crate::cuda::Device;
use crate::cuda::driver::{Encoded, Memory, Module as Kernels, Stream};
use crate::cuda::launch::{Argument, Launch, Launches, Precision};
use crate::cuda::places::Places;
use crate::cuda::source::Module;
use crate::network::{Key, Network};
use crate::ops::testing::Random;
use crate::train::sgd::Sgd;

/// What names the random numbers of a pass.
const SEED: u64 = 0x0123_4567_89ab_cdef;
/// Places of the values that change from step to step.
const VALUES: [Argument; 8] = [
    Argument::Seed,
    Argument::Rate,
    Argument::Momentum,
    Argument::Nesterov,
    Argument::Decay,
    Argument::LossScale,
    Argument::Failed,
    Argument::Loss(0),
];

/// The tests are about the device of this machine.
fn required() -> bool {
    std::env::var_os("CONVNET_REQUIRE_CUDA").is_some_and(|value| value == "1")
}

/// The emulated device, or the real one; nothing where there is none, unless `CONVNET_REQUIRE_CUDA=1` makes that a failure.
pub fn device() -> Option<Device> {
    match Device::new(0) {
        Ok(device) => Some(device),
        Err(error) if required() => panic!("CONVNET_REQUIRE_CUDA is set, but {error}"),
        Err(error) => {
            eprintln!("skipped: kernels against the CPU: {error}");
            None
        }
    }
}

/// A network on the device and on the CPU.
pub struct Bench<N: Network> {
    pub net: N,
    pub launches: Launches,
    batch: usize,
    kernels: Kernels,
    stream: Stream,
    arena: Memory,
    /// Values, gradients, the optimizer's memory.
    parameters: [Memory; 3],
    places: Places,
    packed: Memory,
    pub precision: Precision,
    values: Memory,
    wanted: Memory,
    workspace: Workspace,
    random: Random,
}

fn memory(device: &Device, floats: usize) -> Memory {
    Memory::new(device.context(), floats * size_of::<f32>()).expect("there is memory")
}

/// Runs launches to their end, one by one: what goes wrong has a name. On a real device they are printed, the last in vain if
/// it does not end.
pub fn run_launches(kernels: &Kernels, stream: &Stream, launches: &[Launch], address: impl Fn(&Argument) -> u64) {
    for launch in launches {
        if required() {
            println!("{}", launch.kernel);
        }
        let kernel = kernels.kernel(&launch.kernel, launch.shared).expect("the source has all kernels");
        let arguments: Vec<u64> = launch.arguments.iter().map(&address).collect();
        let maps = launch.maps.iter().map(|map| Encoded::new(map, address(&map.base)).expect("a tensor"));
        let maps: Vec<Encoded> = maps.collect();
        stream.launch(kernel, [launch.grid, launch.block], launch.shared, &maps, &arguments).expect("it starts");
        stream.finish().unwrap_or_else(|error| panic!("{}: {error}", launch.kernel));
    }
}

impl<N: Network> Bench<N> {
    pub fn new(device: &Device, precision: Precision, batch: usize, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut net = N::new(seed);
        // Running statistics, scales and biases that change something.
        net.visit_mut(&Key::ROOT, &mut |_, parameter| {
            let moved: Vec<f32> = parameter.values().iter().map(|v| v + 0.4 * random.real().abs() as f32).collect();
            parameter.set(&moved).expect("as many");
        });
        let module = Module::new(&N::PROGRAM, precision, &device.architecture());
        let launches = module.launches(batch);
        let kernels = device.load(&module.source).unwrap_or_else(|error| panic!("{error}\n{}", module.source));
        let places = module.places;
        let parameters = [0; 3].map(|_| memory(device, places.end().div_ceil(size_of::<f32>())));
        parameters[2].clear().expect("there is a device");
        let mut each = places.all.iter();
        net.visit(&Key::ROOT, &mut |key, parameter| {
            let place = each.next().expect("all parameters are there");
            assert_eq!(place.len(), size_of::<f32>() * parameter.len(), "{key}");
            parameters[0].write(place.start, &parameter.values()).expect("it fits");
        });
        assert!(each.next().is_none());
        let arena = memory(device, launches.arena.max(launches.training_arena) / size_of::<f32>());
        let wanted = memory(device, 1 << 16);
        let values = memory(device, 2 * VALUES.len());
        let packed = memory(device, module.packed.div_ceil(size_of::<f32>()));
        let stream = Stream::new(device.context()).expect("a stream");
        let workspace = Workspace::default();
        let mut bench = Self {
            net,
            launches,
            batch,
            kernels,
            stream,
            arena,
            parameters,
            places,
            packed,
            precision,
            values,
            wanted,
            workspace,
            random,
        };
        bench.set(Sgd::new(0.1), 1.0);
        bench.run(&bench.launches.pack);
        bench
    }

    pub fn set(&mut self, sgd: Sgd, scale: f32) {
        let (low, high) = (f32::from_bits(SEED as u32), f32::from_bits((SEED >> 32) as u32));
        let nesterov = f32::from(u8::from(sgd.nesterov));
        let pairs =
            [[low, high], [sgd.rate; 2], [sgd.momentum; 2], [nesterov; 2], [sgd.weight_decay; 2], [scale; 2], [0.0; 2]];
        self.values.write(0, pairs.as_flattened()).expect("it fits");
    }

    fn address(&self, argument: &Argument) -> u64 {
        let value = |which| {
            VALUES
                .iter()
                .position(|v| *v == which)
                .map_or_else(|| panic!("{which:?} has no place"), |at| self.values.at(at * 8))
        };
        match *argument {
            Argument::Arena(place) => self.arena.at(place),
            Argument::Parameter(index) => self.parameters[0].at(self.places.all[index].start),
            Argument::Gradient(index) => self.parameters[1].at(self.places.all[index].start),
            Argument::Parameters => self.parameters[0].at(0),
            Argument::Gradients => self.parameters[1].at(0),
            Argument::States => self.parameters[2].at(0),
            Argument::Packed(place) => self.packed.at(place),
            Argument::U32(value) => value.into(),
            Argument::Labels(_) | Argument::Targets(_) => self.wanted.at(0),
            other => value(other),
        }
    }

    pub fn run(&self, launches: &[Launch]) {
        run_launches(&self.kernels, &self.stream, launches, |argument| self.address(argument));
    }

    /// Puts labels or targets where the losses read them.
    pub fn want(&self, words: &[f32]) {
        self.wanted.write(0, words).expect("it fits");
    }

    pub fn loss(&self) -> f32 {
        let mut loss = [0.0];
        self.values.read(7 * 8, &mut loss).expect("it was written");
        loss[0]
    }

    /// Random values for a volume, in NCHW order.
    pub fn volume(&mut self, buffer: &Buffer) -> Vec<f32> {
        self.random.floats(self.batch * buffer.map.volume())
    }

    /// Puts the input at its dense place, as volumes are: rounded to bfloat16, two to a word, where they are in that.
    pub fn put_input(&self, place: usize, buffer: &Buffer, nchw: &[f32]) {
        if self.precision != Precision::Bf16 {
            return self.put(place, buffer, nchw);
        }
        let values = reorder(nchw, buffer.map.channels, buffer.map.height * buffer.map.width);
        let half = |value: Option<&f32>| {
            let bits = value.map_or(0, |value| value.to_bits());
            (bits + 0x7fff + (bits >> 16 & 1)) >> 16
        };
        let words: Vec<f32> =
            values.chunks(2).map(|two| f32::from_bits(half(two.first()) | half(two.get(1)) << 16)).collect();
        self.arena.write(place, &words).expect("it fits");
    }

    /// Puts a volume at a dense place, where it is in `f32`.
    pub fn put(&self, place: usize, buffer: &Buffer, nchw: &[f32]) {
        let map = &buffer.map;
        self.arena.write(place, &reorder(nchw, map.channels, map.height * map.width)).expect("it fits");
    }

    /// Reads a volume at a dense place.
    pub fn get(&self, place: usize, buffer: &Buffer) -> Vec<f32> {
        let map = &buffer.map;
        let mut values = vec![0.0; self.batch * map.volume()];
        self.arena.read(place, &mut values).expect("it is there");
        reorder(&values, map.height * map.width, map.channels)
    }

    pub fn parameter(&self, index: usize, kind: usize, len: usize) -> Vec<f32> {
        let mut values = vec![0.0; len];
        self.parameters[kind].read(self.places.all[index].start, &mut values).expect("it is there");
        values
    }

    /// A pass of the CPU in a fresh arena.
    pub fn cpu(&mut self, training: bool) -> (&mut N, Run<'_>) {
        let floats = if training { N::TRAINING.floats } else { N::INFERENCE.floats };
        (&mut self.net, self.workspace.run(floats, self.batch, SEED))
    }
}

/// Transposes each sample's matrix of `rows` rows.
fn reorder(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    let mut all = Vec::with_capacity(values.len());
    for sample in values.chunks(rows * columns) {
        for column in 0..columns {
            all.extend((0..rows).map(|row| sample[row * columns + column]));
        }
    }
    all
}

/// A volume in the arena of the CPU, in NCHW order.
pub fn read(buffer: &Buffer, run: &Run<'_>) -> Vec<f32> {
    let mut values = vec![0.0; run.batch * buffer.map.volume()];
    exchange::store(buffer, run, &mut values);
    values
}

/// The largest difference, relative to the largest value.
pub fn difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let largest = b.iter().fold(1e-6f32, |most, b| most.max(b.abs()));
    let apart = a
        .iter()
        .zip(b)
        .fold(0.0f32, |most, (a, b)| if a.is_nan() == b.is_nan() { most.max((a - b).abs()) } else { f32::NAN });
    if a.iter().any(|a| a.is_nan()) { f32::INFINITY } else { apart / largest }
}

/// The length of the difference, relative to that of the second.
pub fn distance(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let square = |sum: f32, (a, b): (&f32, &f32)| sum + (a - b) * (a - b);
    let length = b.iter().fold(0.0, |sum, b| sum + b * b).max(1e-12);
    (a.iter().zip(b).fold(0.0, square) / length).sqrt()
}
