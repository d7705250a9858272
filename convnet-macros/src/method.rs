//! Chooses how the products of each convolution are computed: a cost model, with all its constants here.
//!
//! Times are in units of what a core with full registers takes for one multiply-add of 16 lanes, so that they hold for
//! machines of the same balance, whatever their clock. They are fitted to what `90_bench --methods` measures on two cores
//! with AVX2, which read 3 floats of memory in a unit and share 32 MiB of cache; docs/performance.md has that machine, and
//! what the choices lose there.

use std::ops::RangeInclusive;

use crate::ast::Algorithm;
use crate::ir::{Conv, Graph, Op};
use crate::layout::output_extent;
use crate::plan::{ByBatch, Kind, Method, Program, Stage};

/// Batches from which on weights that come from memory are used often enough.
const MANY: u64 = 4;
/// Samples of the batches that the two methods of a stage are chosen for.
const BATCHES: [u64; 2] = [1, 8];

/// With fewer channels on either side, transforms of tiles are most of the work: of 3x3 filters, and of 5x5 ones, which have
/// tiles of four rows and one column instead.
const LEAST_DEPTH: [u64; 2] = [16, 32];
/// What the kernel for few filters over planes takes.
const FEW_COLUMNS: RangeInclusive<u64> = 8..=64;
const FEW_DEPTH: u64 = 4;
const FEW_FILTERS: u64 = 8;
/// A multiply-add of the direct sums, and of the products of transformed volumes.
const SUM: f64 = 1.04;
const PRODUCT: f64 = 1.05;
/// A block of 16 channels of a tile: transforming its inputs and its outputs, by 4, 6, 8 points a side.
const INPUT_TILE: [f64; 3] = [70.0, 400.0, 900.0];
const OUTPUT_TILE: [f64; 3] = [50.0, 300.0, 650.0];
/// Most channels of tiles of four rows and one column; a block of 16 of them: the same.
const COLUMN_DEPTH: u64 = 64;
const INPUT_COLUMN: f64 = 40.0;
const OUTPUT_COLUMN: f64 = 40.0;
/// Products of blocks of Strassen's multiplication, of two positions by two halves of the channels and of the filters; a block
/// of 16 channels of a pair of positions: the same.
const STRASSEN: f64 = 7.0;
const INPUT_PAIR: f64 = 8.0;
const OUTPUT_PAIR: f64 = 33.0;
/// Weights of a network that stay in a shared cache from one use to the next.
const CACHED: u64 = 4 << 20;
/// Reading a weight from there and from memory.
const READ: [Weight; 2] = [Weight { direct: 0.4, point: 0.13 }, Weight { direct: 0.9, point: 0.5 }];
/// What is added in training, whose weights change with every step: transposing or transforming them.
const CHANGE: Weight = Weight { direct: 0.0, point: 1.5 };
const TRANSPOSE: Weight = Weight { direct: 0.5, point: 1.5 };
/// Writing its gradient, there and to memory.
const GRADIENT: [Weight; 2] = [Weight { direct: 1.5, point: 1.2 }, Weight { direct: 1.5, point: 1.7 }];

/// The time that a weight takes, however many outputs it is used for: one of the direct sums, and one at a point of the
/// transform.
#[derive(Clone, Copy)]
struct Weight {
    direct: f64,
    point: f64,
}

impl Weight {
    fn and(self, other: Self) -> Self {
        Self { direct: self.direct + other.direct, point: self.point + other.point }
    }
}

/// Fills in the methods of all stages.
pub fn choose(graph: &Graph, program: &mut Program) {
    let far = usize::from(weights(program) > CACHED);
    let (read, gradient) = (READ[far], GRADIENT[far]);
    for index in 0..program.stages.len() {
        let stage = &program.stages[index];
        let (Kind::Conv(conv), Some(input)) = (&stage.kind, stage.inputs.first().and_then(|&n| program.values[n]))
        else {
            continue;
        };
        let (height, width, depth) = program.buffers[input].extent;
        let planar = program.buffers[input].planar;
        let (rows, columns) = output_extent(&conv.window, height, width);
        let algorithm = match &stage.nodes.first().map(|&n| &graph.nodes[n].op) {
            Some(Op::Conv(conv)) => conv.algorithm,
            _ => Algorithm::Direct,
        };
        let trained = program.backward.iter().any(|b| b.stage == index && b.train_weights);
        let weight = if trained { read.and(CHANGE) } else { read };
        let taps = conv.window.kernel.0;
        let [channels, filters] = [depth, conv.filters].map(|all| all / conv.groups);
        let forward = Work { forward: true, taps, rows, columns, depth: channels, filters, weight };
        let weight = if trained { read.and(TRANSPOSE) } else { read };
        let backward =
            Work { forward: false, rows: height, columns: width, depth: filters, filters: channels, weight, ..forward };
        let filtered = is_filtered(conv, [channels, filters]);
        let multiplied = is_multiplied(conv) && !stage.pool && (height, width) != (1, 1);
        let best = |work: Work| match planar {
            _ if algorithm == Algorithm::Direct => ByBatch::DIRECT,
            false if filtered || multiplied && work.forward => work.best(algorithm),
            true if filtered && work.forward && work.few() => ByBatch::always(Method::WinogradColumns),
            _ => ByBatch::DIRECT,
        };
        let weights = Work { forward: false, weight: gradient, ..forward };
        let (method, input_method, weight_method) = (best(forward), best(backward), best(weights));
        program.stages[index].method = method;
        for back in program.backward.iter_mut().filter(|b| b.stage == index) {
            (back.input_method, back.weight_method) = (input_method, weight_method);
        }
    }
}

/// The time that reading the weights of a stage takes, by its method for many samples.
pub fn reading(program: &Program, index: usize) -> f64 {
    let Stage { kind: Kind::Conv(conv), method, .. } = &program.stages[index] else { return 0.0 };
    let (weights, read) = (weights_of(program, index) as f64, READ[usize::from(weights(program) > CACHED)]);
    match method.many {
        Method::Direct => weights * read.direct,
        Method::Winograd(size) => {
            let taps = conv.window.kernel.0;
            weights * read.point * ((size + taps - 1) as f64 / taps as f64).powi(2)
        }
        Method::Strassen => weights * read.direct.max(read.point) * STRASSEN / 4.0,
        Method::WinogradColumns => {
            let taps = conv.window.kernel.0 as f64;
            weights * read.point * (taps + 3.0) / taps
        }
    }
}

/// All weights of the program's convolutions.
fn weights(program: &Program) -> u64 {
    (0..program.stages.len()).map(|index| weights_of(program, index)).fold(0, u64::saturating_add)
}

fn weights_of(program: &Program, index: usize) -> u64 {
    let stage = &program.stages[index];
    let (Kind::Conv(conv), Some(input)) = (&stage.kind, stage.inputs.first().and_then(|&n| program.values[n])) else {
        return 0;
    };
    let (height, width) = conv.window.kernel;
    let taps = height.saturating_mul(width);
    taps.saturating_mul(program.buffers[input].extent.2 / conv.groups).saturating_mul(conv.filters)
}

/// Whether Winograd's minimal filtering is for this convolution, with so many channels and filters in a group.
fn is_filtered(conv: &Conv, sides: [u64; 2]) -> bool {
    let window = &conv.window;
    let apart = conv.groups == 1 || sides.iter().all(|channels| channels.is_multiple_of(16));
    matches!(window.kernel, (3, 3) | (5, 5)) && window.stride == (1, 1) && window.dilation == (1, 1) && apart
}

/// Whether this convolution is a product of matrices, forward.
fn is_multiplied(conv: &Conv) -> bool {
    let window = &conv.window;
    window.kernel == (1, 1) && window.pad_before == (0, 0) && window.pad_after == (0, 0) && conv.groups == 1
}

/// A convolution of filters of 1x1, or, with stride 1, of 3x3 or 5x5 taps; one of its groups, which all take the same time.
#[derive(Clone, Copy)]
struct Work {
    /// Not a gradient.
    forward: bool,
    taps: u64,
    rows: u64,
    columns: u64,
    depth: u64,
    filters: u64,
    weight: Weight,
}

impl Work {
    fn best(self, algorithm: Algorithm) -> ByBatch {
        let [few, many] = BATCHES.map(|batch| self.best_for(batch, algorithm));
        ByBatch { few, many, from: if few == many { 0 } else { MANY } }
    }

    /// Whether positions fill the vectors of a convolution of planes, and columns have so few that it goes by their points.
    fn few(self) -> bool {
        let Self { taps, columns, depth, filters, .. } = self;
        taps == 5 && FEW_COLUMNS.contains(&columns) && depth <= FEW_DEPTH && filters <= FEW_FILTERS
    }

    fn best_for(self, batch: u64, algorithm: Algorithm) -> Method {
        let mut candidates = vec![Method::Direct];
        if self.taps > 1 && self.depth.min(self.filters) >= LEAST_DEPTH[usize::from(self.taps == 5)] {
            candidates.push(Method::Winograd(2));
            if self.taps == 3 {
                candidates.push(Method::Winograd(4));
            }
            if self.taps == 3 && algorithm == Algorithm::Fastest {
                candidates.push(Method::Winograd(6));
            }
        }
        if self.taps == 1 && [self.depth, self.filters].iter().all(|side| side.is_multiple_of(32)) {
            candidates.push(Method::Strassen);
        }
        if self.forward && self.taps == 5 && self.depth <= COLUMN_DEPTH {
            candidates.push(Method::WinogradColumns);
        }
        let time = |method: &Method| self.time(*method, batch);
        candidates.into_iter().min_by(|a, b| time(a).total_cmp(&time(b))).unwrap_or(Method::Direct)
    }

    /// The time of a batch.
    fn time(self, method: Method, batch: u64) -> f64 {
        let float = |n: u64| n as f64;
        let blocks = |channels: u64| float(channels.div_ceil(16));
        let products = float(self.depth) * blocks(self.filters);
        let weights = float(self.depth * self.filters);
        match method {
            Method::Direct => {
                let positions = float(batch * self.rows * self.columns);
                float(self.taps.pow(2)) * (SUM * products * positions + weights * self.weight.direct)
            }
            Method::Winograd(size) => {
                let side = size + self.taps - 1;
                let (kind, points) = ((side / 2 - 2) as usize, float(side.pow(2)));
                let tiles = float(batch * self.rows.div_ceil(size) * self.columns.div_ceil(size));
                let transforms = blocks(self.depth) * INPUT_TILE[kind] + blocks(self.filters) * OUTPUT_TILE[kind];
                tiles * (PRODUCT * points * products + transforms) + points * weights * self.weight.point
            }
            Method::Strassen => {
                let pairs = float(batch * (self.rows * self.columns).div_ceil(2));
                let transforms = blocks(self.depth) * INPUT_PAIR + blocks(self.filters) * OUTPUT_PAIR;
                let (products, weights) = (STRASSEN / 4.0 * products, STRASSEN / 4.0 * weights);
                // So few points are read no faster than the weights themselves.
                pairs * (PRODUCT * products + transforms) + weights * self.weight.direct.max(self.weight.point)
            }
            Method::WinogradColumns => {
                let points = float(self.taps * (self.taps + 3));
                let tiles = float(batch * self.rows.div_ceil(4) * self.columns);
                let transforms = blocks(self.depth) * INPUT_COLUMN + blocks(self.filters) * OUTPUT_COLUMN;
                tiles * (PRODUCT * points * products + transforms) + points * weights * self.weight.point
            }
        }
    }
}
