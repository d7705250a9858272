//! What the tests of all operations share: random volumes in random buffers, comparison with the references, finite
//! differences.

use crate::cpu::exchange;
use crate::cpu::map::{Buffer, Gradient, LANES, Layout, Map};
use crate::cpu::run::{Run, Workspace};
use crate::cpu::simd::Isa;
use crate::train::random::{GOLDEN, mix};

/// Random numbers of a test.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// Less than `n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(GOLDEN);
        (mix(self.0) >> 33) as usize % n
    }

    /// From `low` to `high`, both possible.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// Between -1 and 1.
    pub(crate) fn real(&mut self) -> f64 {
        self.below(1 << 24) as f64 / f64::from(1 << 23) - 1.0
    }

    pub(crate) fn reals(&mut self, len: usize) -> Vec<f64> {
        (0..len).map(|_| self.real()).collect()
    }

    pub(crate) fn floats(&mut self, len: usize) -> Vec<f32> {
        (0..len).map(|_| self.real() as f32).collect()
    }
}

/// Asserts that `gradient` is that of `sum dy f(x)`, by differences in f64.
pub(crate) fn check_gradient(f: impl Fn(&[f64]) -> Vec<f64>, x: &[f64], dy: &[f64], gradient: &[f64]) {
    let step = 1e-6;
    let loss = |x: &[f64]| f(x).iter().zip(dy).map(|(y, dy)| y * dy).sum::<f64>();
    assert_eq!(gradient.len(), x.len());
    for i in 0..x.len() {
        let moved = |by: f64| {
            let mut x = x.to_vec();
            x[i] += by;
            loss(&x)
        };
        let difference = (moved(step) - moved(-step)) / (2.0 * step);
        let error = (difference - gradient[i]).abs() / (1.0 + difference.abs());
        assert!(error < 1e-7, "gradient {i}: {} by differences, {} by the reference", difference, gradient[i]);
    }
}

/// Asserts that two results of the same computation agree.
pub(crate) fn check_close(got: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(got.len(), expected.len());
    for (i, (&got, &expected)) in got.iter().zip(expected).enumerate() {
        let error = (got - expected).abs() / (1.0 + expected.abs());
        assert!(error <= tolerance, "value {i}: {got} instead of {expected}");
    }
}

/// An arena, and the random buffers in it.
pub(crate) struct Bench {
    workspace: Workspace,
    floats: usize,
    /// How many of them are marked as unwritten, or have been written since.
    marked: usize,
    batch: usize,
    pub(crate) random: Random,
}

/// What an arena holds before anything is written.
const UNWRITTEN: u32 = 0x7fc0_1234;

impl Bench {
    pub(crate) fn new(seed: u64) -> Self {
        Self::with_batch(Random::new(seed).between(1, 3), seed)
    }

    pub(crate) fn with_batch(batch: usize, seed: u64) -> Self {
        let random = Random::new(seed);
        Self { workspace: Workspace::default(), floats: 0, marked: 0, batch, random }
    }

    pub(crate) fn batch(&self) -> usize {
        self.batch
    }

    /// Room for a volume with a random border, in a buffer that may be larger.
    pub(crate) fn blocked(&mut self, channels: usize, height: usize, width: usize) -> Buffer {
        self.buffer(channels, height, width, Layout::Blocked)
    }

    pub(crate) fn buffer(&mut self, channels: usize, height: usize, width: usize, layout: Layout) -> Buffer {
        let border = std::array::from_fn(|_| self.random.below(3));
        let mut map = Map { height, width, channels, border, layout, blocks: 0, first: 0 };
        map.first = self.random.below(2);
        map.blocks = map.first + map.own_blocks() + self.random.below(2);
        self.place(map)
    }

    pub(crate) fn place(&mut self, map: Map) -> Buffer {
        let buffer = Buffer { offset: self.floats, map };
        self.floats += map.sample();
        buffer
    }

    /// A pass over the arena, which holds what earlier ones have left; not a number where nothing has.
    pub(crate) fn run(&mut self) -> Run<'_> {
        let new = Buffer { offset: self.marked, map: Map::planes(1, 1, self.floats - self.marked) };
        self.marked = self.floats;
        let mut run = self.workspace.run(self.floats, self.batch, 77);
        run.write(&new).fill(f32::from_bits(UNWRITTEN));
        run
    }

    /// Fills a volume with an NCHW tensor; its border with numbers that no consumer may depend on.
    pub(crate) fn fill(&mut self, buffer: &Buffer, tensor: &[f32]) {
        let mut run = self.run();
        exchange::load(tensor, buffer, &mut run);
        let batch = run.batch;
        let data = run.write(buffer);
        for n in 0..batch {
            for i in 0..buffer.map.sample() {
                if place(&buffer.map, i) == Place::Border {
                    data[n * buffer.map.sample() + i] = f32::from_bits(UNWRITTEN);
                }
            }
        }
    }

    /// A random volume: the buffer, and its values in NCHW order.
    pub(crate) fn input(&mut self, channels: usize, height: usize, width: usize) -> (Buffer, Vec<f32>) {
        let values = self.random.floats(self.batch * channels * height * width);
        (self.blocked(channels, height, width), values)
    }

    /// Asserts that the volume has these values, zeros in its border and behind its depth, and that nothing has been
    /// written beside it. With `border` false, as after accumulating, the border is not looked at.
    pub(crate) fn check(&mut self, buffer: &Buffer, expected: &[f32], tolerance: f32, border: bool) {
        let map = buffer.map;
        let run = self.run();
        let mut got = vec![0.0; expected.len()];
        exchange::store(buffer, &run, &mut got);
        check_close(&got, expected, tolerance);
        for (i, &value) in run.read(buffer).iter().enumerate() {
            match place(&map, i % map.sample()) {
                Place::Value => {}
                Place::Lane => assert_eq!(value.to_bits(), 0, "lane behind the depth at {i}"),
                Place::Border => assert!(!border || value.to_bits() == 0, "border at {i}: {value}"),
                Place::Outside => assert_eq!(value.to_bits(), UNWRITTEN, "written outside at {i}"),
            }
        }
    }

    /// Runs `backward` into a fresh gradient, and on top of another, and checks both.
    pub(crate) fn check_backward(
        &mut self,
        map: Map,
        expected: &[f32],
        tolerance: f32,
        backward: impl Fn(&Gradient, &mut Run<'_>),
    ) {
        let before = self.random.floats(expected.len());
        let [fresh, added] = [(); 2].map(|()| self.blocked(map.channels, map.height, map.width));
        self.fill(&added, &before);
        backward(&Gradient { buffer: fresh, accumulate: false }, &mut self.run());
        backward(&Gradient { buffer: added, accumulate: true }, &mut self.run());
        self.check(&fresh, expected, tolerance, true);
        let sum: Vec<f32> = expected.iter().zip(&before).map(|(a, b)| a + b).collect();
        self.check(&added, &sum, tolerance, false);
    }
}

/// Runs a test on every instruction set, with a number of random geometries.
pub(crate) fn everywhere(cases: u64, test: impl Fn(&mut Bench)) {
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        for seed in 0..cases {
            isa.scope(|| {
                let mut bench = Bench::new(seed);
                test(&mut bench);
            });
        }
    }
}

/// Asserts that a computation gives the same bits on one thread and on three.
pub(crate) fn check_threads(compute: impl Fn() -> Vec<f32> + Sync) {
    let [one, three] = [1, 3].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        pool.install(|| compute().into_iter().map(f32::to_bits).collect::<Vec<_>>())
    });
    assert!(one == three, "the number of threads changes the result");
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Value,
    Lane,
    Border,
    Outside,
}

/// What lies at float `i` of a sample.
fn place(map: &Map, i: usize) -> Place {
    let (block, y, x) = (i / map.plane(), i % map.plane() / map.row(), i % map.row() / map.lanes());
    let [top, left, ..] = map.border;
    let inside = (top..top + map.height).contains(&y) && (left..left + map.width).contains(&x);
    match block.checked_sub(map.first) {
        Some(block) if block < map.own_blocks() => {
            if !inside {
                Place::Border
            } else if map.layout == Layout::Blocked && block * LANES + i % LANES >= map.channels {
                Place::Lane
            } else {
                Place::Value
            }
        }
        _ => Place::Outside,
    }
}
