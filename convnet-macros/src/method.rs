//! Chooses how the products of each convolution are computed: a cost model, with all its constants here.
//!
//! Times are in units of what a core with full registers takes for one multiply-add of 16 lanes, so that they hold for
//! machines of the same balance, whatever their clock. They follow a prototype's phases on one core with AVX-512; nothing has
//! fitted them to these kernels inside whole networks yet.

use crate::ast::Algorithm;
use crate::ir::{Conv, Graph, Op};
use crate::layout::output_extent;
use crate::plan::{ByBatch, Kind, Method, Program};

/// Batches from which on weights that come from memory are used often enough.
const MANY: u64 = 4;
/// Samples of the batches that the two methods of a stage are chosen for.
const BATCHES: [u64; 2] = [1, 8];

/// Convolutions of fewer channels on either side are computed tap by tap: transforms are then most of the work.
const LEAST_DEPTH: u64 = 32;
/// Matrix products of the transformed volumes, relative to the direct sums.
const PRODUCT: f64 = 1.05;
/// A block of 16 channels of a tile: transforming its inputs and its outputs, by 4, 6, 8 points a side.
const INPUT_TILE: [f64; 3] = [130.0, 400.0, 850.0];
const OUTPUT_TILE: [f64; 3] = [60.0, 160.0, 420.0];
/// Floats of transformed weights that stay in a shared cache from one use to the next.
const CACHED: u64 = 6 << 20;
/// A float of transformed weights from there, and from memory.
const NEAR_WEIGHT: f64 = 0.1;
const FAR_WEIGHT: f64 = 0.6;
/// Transforming a float of the weights of a network in training, whose weights change with every step.
const TRANSFORM_WEIGHT: f64 = 0.8;

/// Fills in the methods of all stages.
pub fn choose(graph: &Graph, program: &mut Program) {
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
        let taps = conv.window.kernel.0;
        let forward = Work { taps, rows, columns, depth, filters: conv.filters, trained };
        let backward = Work { taps, rows: height, columns: width, depth: conv.filters, filters: depth, trained };
        let fits = fits(conv, planar) && algorithm != Algorithm::Direct;
        let best = |work: Work| if fits { work.best(algorithm) } else { ByBatch::DIRECT };
        let (method, input_method, weight_method) = (best(forward), best(backward), best(forward));
        program.stages[index].method = method;
        for back in program.backward.iter_mut().filter(|b| b.stage == index) {
            (back.input_method, back.weight_method) = (input_method, weight_method);
        }
    }
}

/// Whether Winograd's minimal filtering is for this convolution.
fn fits(conv: &Conv, planar: bool) -> bool {
    let window = &conv.window;
    matches!(window.kernel, (3, 3) | (5, 5))
        && window.stride == (1, 1)
        && window.dilation == (1, 1)
        && conv.groups == 1
        && !planar
}

/// A convolution of stride 1, of filters of 3x3 or 5x5 taps.
#[derive(Clone, Copy)]
struct Work {
    taps: u64,
    rows: u64,
    columns: u64,
    depth: u64,
    filters: u64,
    trained: bool,
}

impl Work {
    fn best(self, algorithm: Algorithm) -> ByBatch {
        let [few, many] = BATCHES.map(|batch| self.best_for(batch, algorithm));
        ByBatch { few, many, from: if few == many { 0 } else { MANY } }
    }

    fn best_for(self, batch: u64, algorithm: Algorithm) -> Method {
        let mut candidates = vec![Method::Direct];
        if self.depth.min(self.filters) >= LEAST_DEPTH {
            candidates.push(Method::Winograd(2));
            if self.taps == 3 {
                candidates.push(Method::Winograd(4));
            }
            if self.taps == 3 && algorithm == Algorithm::Fastest {
                candidates.push(Method::Winograd(6));
            }
        }
        let time = |method: &Method| self.time(*method, batch);
        candidates.into_iter().min_by(|a, b| time(a).total_cmp(&time(b))).unwrap_or(Method::Direct)
    }

    /// The time of a batch.
    fn time(self, method: Method, batch: u64) -> f64 {
        let float = |n: u64| n as f64;
        let blocks = |channels: u64| float(channels.div_ceil(16));
        let products = float(self.depth) * blocks(self.filters);
        match method {
            Method::Direct => float(self.taps.pow(2)) * products * float(batch * self.rows * self.columns),
            Method::Winograd(size) => {
                let side = size + self.taps - 1;
                let (kind, points) = ((side / 2 - 2) as usize, float(side.pow(2)));
                let tiles = float(batch * self.rows.div_ceil(size) * self.columns.div_ceil(size));
                let weights = points * float(self.depth * self.filters);
                let far = points as u64 * self.depth * self.filters > CACHED;
                let transforms =
                    tiles * (blocks(self.depth) * INPUT_TILE[kind] + blocks(self.filters) * OUTPUT_TILE[kind]);
                let change = if self.trained { TRANSFORM_WEIGHT } else { 0.0 };
                let weights = weights * (change + if far { FAR_WEIGHT } else { NEAR_WEIGHT });
                PRODUCT * points * products * tiles + transforms + weights
            }
        }
    }
}
