//! The gradient of an input of few channels or with wide windows: each position of the output gives to all positions of
//! the input that it saw. The taps of a row of the filter and their channels lie side by side, so that vectors are full
//! where blocks of channels would be mostly padding, and no product meets a border.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use super::held::{Held, MOST};
use super::pack;
use super::span::Span;
use super::{Algorithm, Geometry};
use crate::cpu::map::{LANES, Layout};
use crate::cpu::memory::Floats;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::parallel;
use crate::cpu::view::View;

/// Most vectors of a row of taps.
const VECTORS: usize = 8;
/// What adding a vector to the gradient takes, in multiply-adds of a vector.
const ADD: usize = 5;

/// Whether this is the faster way.
pub fn fits(geometry: &Geometry) -> bool {
    let [height, width, depth] = geometry.input;
    let [rows, columns, filters] = geometry.output;
    let (held, vectors) = (Held::new(geometry, geometry.input[2]), vectors(geometry));
    let possible = geometry.algorithm == Algorithm::Blocked
        && geometry.groups == 1
        && geometry.dilation[1] == 1
        && vectors <= VECTORS
        && held.len() <= MOST;
    let [down, right] = geometry.stride;
    let taps = geometry.kernel[0] * geometry.kernel[1];
    let gather = height * width * depth.div_ceil(LANES) * filters * taps / (down * right);
    let scatter = rows * columns * geometry.kernel[0] * vectors * (filters + ADD);
    possible && scatter < gather
}

/// Vectors of a row of taps.
fn vectors(geometry: &Geometry) -> usize {
    (geometry.kernel[1] * geometry.input[2]).div_ceil(LANES)
}

/// Writes the gradient of the input, or adds to it.
///
/// # Safety
/// `dz` and `dx` have room for `batch` samples, have the sizes of a convolution that `fits`, and do not meet.
pub unsafe fn input_gradient(
    geometry: &Geometry,
    dz: View,
    batch: usize,
    weights: &[f32],
    dx: View,
    accumulate: bool,
    scratch: &mut Floats,
) {
    assert!(dx.map.layout == Layout::Blocked, "the layout is the algorithm's");
    let (held, vectors) = (Held::new(geometry, geometry.input[2]), vectors(geometry));
    let [rows, columns, filters] = geometry.output;
    let len = geometry.kernel[0] * filters * vectors * LANES;
    scratch.grow(len);
    pack_rows(geometry, weights, vectors, &mut scratch[..len]);
    let weights = &scratch[..len];
    parallel(batch, 2 * batch * rows * columns * len, |sample| {
        held.with(|memory| dispatch(Scatter { geometry, dz, dx, sample, accumulate, held, vectors, weights, memory }));
    });
}

/// Packed weights become `[fy][k][fx][channel]`, rows of taps rounded up to whole vectors.
fn pack_rows(geometry: &Geometry, weights: &[f32], vectors: usize, to: &mut [f32]) {
    let [rows, columns] = geometry.kernel;
    let [depth, filters] = [geometry.input[2], geometry.output[2]];
    let seen = Span::forward(geometry).len;
    assert!(weights.len() >= pack::packed_len(geometry), "the weights are the layer's");
    to.fill(0.0);
    for fy in 0..rows {
        for k in 0..filters {
            let row = &mut to[(fy * filters + k) * vectors * LANES..][..columns * depth];
            for (i, to) in row.iter_mut().enumerate() {
                let (fx, c) = (i / depth, i % depth);
                let tap = ((k / LANES * seen + c / LANES) * rows + fy) * columns + fx;
                *to = weights[(tap * LANES + c % LANES) * LANES + k % LANES];
            }
        }
    }
}

/// The gradient of one sample.
struct Scatter<'a> {
    geometry: &'a Geometry,
    dz: View,
    dx: View,
    sample: usize,
    accumulate: bool,
    held: Held,
    vectors: usize,
    weights: &'a [f32],
    memory: &'a mut [f32],
}

impl Kernel for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, s: S) {
        self.memory.fill(0.0);
        let [rows, columns, _] = self.geometry.output;
        for row in 0..rows {
            for fy in 0..self.geometry.kernel[0] {
                let mut from = 0;
                while from < self.vectors {
                    let vectors = (self.vectors - from).min(if const { S::TILE_BLOCKS > 1 } { 3 } else { 2 });
                    let most = if const { S::TILE_BLOCKS > 1 } { 8 } else { 6 / vectors };
                    let mut column = 0;
                    while column < columns {
                        let pixels = most.min(columns - column);
                        self.tile(s, [row, column], fy, from, vectors, pixels);
                        column += pixels;
                    }
                    from += vectors;
                }
            }
        }
        // SAFETY: this task's sample of a gradient of the input's size.
        unsafe { self.held.give(s, self.geometry, self.memory, &self.dx, self.sample, self.accumulate) };
    }
}

impl Scatter<'_> {
    /// What some positions of a row give through a row of taps.
    #[inline(always)]
    fn tile<S: Simd>(
        &mut self,
        s: S,
        [row, column]: [usize; 2],
        fy: usize,
        from: usize,
        vectors: usize,
        pixels: usize,
    ) {
        let Self { geometry, held, vectors: all, .. } = self;
        let filters = geometry.output[2];
        let start = (row * geometry.stride[0] + fy * geometry.dilation[0]) * held.row
            + column * geometry.stride[1] * geometry.input[2]
            + from * LANES;
        let step = geometry.stride[1] * geometry.input[2];
        let weights = fy * filters * *all * LANES + from * LANES;
        assert!(start + (pixels - 1) * step + vectors * LANES <= self.memory.len(), "a window lies in the input");
        assert!(weights + ((filters - 1) * *all + vectors) * LANES <= self.weights.len());
        let tile = Give {
            z: self.dz.at(self.sample, 0, row as isize, column as isize),
            block: self.dz.plane,
            filters,
            w: self.weights[weights..].as_ptr(),
            w_step: *all * LANES,
            to: self.memory[start..].as_mut_ptr(),
            step,
        };
        macro_rules! choose {
            ($($v:literal: $($p:literal)*),*) => {
                match (vectors, pixels) {
                    $($(($v, $p) if const { S::TILE_BLOCKS > 1 || $v * $p <= 6 } => s.vectorize(Tile::<$v, $p>(tile)),)*)*
                    _ => unreachable!("a tile of {vectors} x {pixels}"),
                }
            };
        }
        choose!(1: 1 2 3 4 5 6 7 8, 2: 1 2 3 4 5 6 7 8, 3: 1 2 3 4 5 6 7 8);
    }
}

/// `to[p][v] += sum over k of w[k][v] z[p][k]`
#[derive(Clone, Copy)]
struct Give {
    /// The gradient of the sums at the first position.
    z: *const f32,
    /// From a block of filters to the next.
    block: usize,
    filters: usize,
    w: *const f32,
    /// From a filter's weights to the next.
    w_step: usize,
    to: *mut f32,
    /// From a position's first float to the next.
    step: usize,
}

/// `V` vectors of taps and channels, `P` positions.
struct Tile<const V: usize, const P: usize>(Give);

impl<const V: usize, const P: usize> Kernel for Tile<V, P> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Give { z, block, filters, mut w, w_step, to, step } = self.0;
        let mut acc = [[s.zero(); V]; P];
        // SAFETY: the weights and the floats to add to are there (asserted in `tile`), and so are the positions of `z`, as
        // whoever called `input_gradient` promises.
        unsafe {
            for k in (0..filters).step_by(LANES) {
                let z = z.add(k / LANES * block);
                for lane in 0..LANES.min(filters - k) {
                    let mut b = [s.zero(); V];
                    for v in 0..V {
                        b[v] = s.load_from(w.add(v * LANES));
                    }
                    for p in 0..P {
                        let a = s.splat(*z.add(p * LANES + lane));
                        for v in 0..V {
                            acc[p][v] = s.fma(a, b[v], acc[p][v]);
                        }
                    }
                    w = w.wrapping_add(w_step);
                }
            }
            for p in 0..P {
                for v in 0..V {
                    let to = to.add(p * step + v * LANES);
                    s.store_to(to, s.add(s.load_from(to), acc[p][v]));
                }
            }
        }
    }
}
