//! Fully connected layers: the filters cover the whole input, so that forward is the product of a matrix of samples and
//! the packed weights, `[filters / 16][inputs][16]`, and backward are products with their transpose. Weights are the bulk
//! of the memory. For few samples they are read once, as fast as memory gives them, perhaps in half precision; for many, a
//! piece at a time is used for all samples while it is in the nearest cache.

mod half;
mod input_gradient;
mod matrix;
mod samples;
mod task;
mod tile;
mod weight_gradient;

pub use half::halves;
pub use input_gradient::input_gradient;
pub use weight_gradient::weight_gradient;

use self::matrix::{Matrix, Packed, Widened};
use self::samples::Samples;
use self::task::Plan;
use self::tile::MOST;
use super::epilogue::Epilogue;
use super::sweep::Sink;
use super::{Algorithm, Geometry, pack};
use crate::cpu::map::LANES;
use crate::cpu::run::Run;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::view::View;

/// Whether the filters cover the whole input, once, and all of its channels.
pub fn fits(geometry: &Geometry) -> bool {
    geometry.is_whole() && geometry.algorithm != Algorithm::Depthwise && geometry.groups == 1
}

impl Geometry {
    /// Whether the filters cover the whole input, once: the gradient of the input then needs no border.
    pub(super) fn is_whole(&self) -> bool {
        self.kernel == self.input[..2] && self.output[..2] == [1, 1] && self.pad == [0, 0] && self.dilation == [1, 1]
    }
}

/// Weights as forward reads them.
#[derive(Clone, Copy)]
pub enum Weights<'a> {
    /// As they are.
    Single(&'a [f32]),
    /// In half precision.
    Half(&'a [u16]),
}

/// Computes the sums and hands them to the epilogue.
///
/// # Panics
/// If there are too few weights.
///
/// # Safety
/// `x` has the run's samples, of the size of a convolution that `fits`; the epilogue can take its output, and nobody else
/// touches either.
pub unsafe fn forward(geometry: &Geometry, x: View, weights: Weights<'_>, epilogue: &Epilogue, run: &mut Run<'_>) {
    let blocks = geometry.output[2].div_ceil(LANES);
    let rows = pack::packed_len(geometry) / blocks / LANES;
    let each = inputs(geometry);
    // SAFETY: the caller's promise.
    unsafe {
        let x = Samples::chunked(x, run.batch, each, |floats| run.scratch(floats));
        match weights {
            Weights::Single(w) => product(x, each, Packed::new(w, blocks, rows), blocks, epilogue),
            Weights::Half(w) if x.count > MOST => product(x, each, Widened::new(w, blocks, rows), blocks, epilogue),
            Weights::Half(w) => product(x, each, Packed::new(w, blocks, rows), blocks, epilogue),
        }
    }
}

/// Floats of a sample, as they lie without a border. Lanes beyond the depth are zero; there is no need to read them where
/// they are the last.
fn inputs(geometry: &Geometry) -> usize {
    let [height, width, depth] = geometry.input;
    if geometry.algorithm == Algorithm::Planar || height * width == 1 {
        height * width * depth
    } else {
        height * width * depth.next_multiple_of(LANES)
    }
}

/// `sums[n, k] = sum over i of x[n, i] w[k, i]` for blocks of 16 k, handed to the sink.
///
/// # Safety
/// Nobody writes the samples meanwhile; the sink can take position (0, 0) of each sample and block.
unsafe fn product<M: Matrix, K: Sink>(x: Samples, len: usize, matrix: M, blocks: usize, sink: &K) {
    dispatch(All(&Pass { x, len, matrix, blocks, sink }));
}

/// What is multiplied.
struct Pass<'a, M, K> {
    x: Samples,
    /// Inputs.
    len: usize,
    matrix: M,
    /// Blocks of outputs.
    blocks: usize,
    sink: &'a K,
}

struct All<'a, M, K>(&'a Pass<'a, M, K>);

impl<M: Matrix, K: Sink> Kernel for All<'_, M, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self(pass) = self;
        Plan::new::<S>(pass.x.count, pass.blocks).run(s, pass);
    }
}
