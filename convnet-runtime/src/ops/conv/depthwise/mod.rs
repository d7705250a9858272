//! Depthwise convolutions, forward and for the gradient of the input: rows of sums of one block of channels each, with what
//! follows them. A task takes some rows of a plane.

mod piece;
mod rows;
mod tile;

use std::mem::MaybeUninit;
use std::ops::Range;

use super::epilogue::Epilogue;
use super::phase::Phase;
use super::sweep::{Segment, Sink};
use super::{Bias, Geometry};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, cut, parallel};
use crate::cpu::view::View;
use crate::ops::activation::Activation;
use piece::Piece;
use rows::Rows;

/// Parts of a plane, at least: what each reads, the layer before has written row by row.
const STRIPS: usize = 4;
/// Tasks that keep all processors busy.
const TASKS: usize = 32;
/// Floats of a volume that comes from memory.
const FAR: usize = 1 << 20;
/// Most positions of a row whose sums are kept for what cannot follow in registers; an even number.
const RUN: usize = 56;

/// A convolution, and what follows its sums.
#[derive(Clone, Copy)]
pub struct Depthwise<'a> {
    /// The convolution.
    pub geometry: &'a Geometry,
    /// What is read.
    pub x: View,
    /// Packed weights.
    pub w: *const f32,
    /// Samples.
    pub samples: usize,
    /// 2x2 max pool of stride 2 at the end.
    pub pool: bool,
    /// What follows the sums.
    pub sink: &'a Epilogue,
}

// SAFETY: the weights are only read.
unsafe impl Sync for Depthwise<'_> {}

/// The gradient of the input.
///
/// # Safety
/// `dz` and `dx` have room for `samples` samples of the convolution, and do not meet; the border of `dz` is as wide as the
/// phases reach, and the weights are complete.
pub unsafe fn input_gradient(
    geometry: &Geometry,
    dz: View,
    samples: usize,
    weights: &[f32],
    dx: View,
    accumulate: bool,
) {
    let sink = Epilogue {
        output: dx,
        depth: geometry.input[2],
        scale: None,
        shift: None,
        position: None,
        residual: accumulate.then_some(dx),
        activation: Activation::Identity,
        winners: None,
    };
    let conv = Depthwise { geometry, x: dz, w: weights.as_ptr(), samples, pool: false, sink: &sink };
    dispatch(All { conv, backward: true });
}

impl Depthwise<'_> {
    /// Computes all outputs.
    ///
    /// # Safety
    /// The input's border is as wide as the windows reach, the weights are complete, the output is as large as the convolution
    /// says, and nobody else touches either.
    pub unsafe fn run(self) {
        dispatch(All { conv: self, backward: false });
    }
}

struct All<'a> {
    conv: Depthwise<'a>,
    backward: bool,
}

impl Kernel for All<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { conv, backward } = self;
        let [rows, columns, depth] = if backward { conv.geometry.input } else { conv.geometry.output };
        let blocks = depth.div_ceil(LANES);
        // A phase has few positions of a plane.
        let least = if backward && conv.geometry.stride != [1, 1] { 1 } else { STRIPS };
        let strips = TASKS.div_ceil(conv.samples * blocks).max(least).min(rows);
        let work = MOVE * conv.samples * rows * columns * depth;
        parallel(conv.samples * strips * blocks, work, |i| {
            let (i, block) = (i / blocks, i % blocks);
            let (sample, strip) = (i / strips, i % strips);
            if strip == 0 {
                // SAFETY: the first strip of a plane writes its border.
                unsafe { conv.sink.output.clear_border(sample, block) };
            }
            s.vectorize(Strip { conv, backward, sample, block, of: (strip, strips) });
        });
    }
}

/// Some rows of one plane.
struct Strip<'a> {
    conv: Depthwise<'a>,
    backward: bool,
    sample: usize,
    block: usize,
    /// Which part of the plane, of how many.
    of: (usize, usize),
}

impl Kernel for Strip<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let geometry = self.conv.geometry;
        if !self.backward {
            let piece = Piece::forward(geometry);
            return if self.in_registers() { self.direct(s, &piece) } else { self.kept(s, &piece) };
        }
        for y in Phase::all(geometry, 0) {
            for x in Phase::all(geometry, 1) {
                self.direct(s, &Piece::backward(geometry, [y, x]));
            }
        }
    }
}

impl Strip<'_> {
    /// Whether no more follows the sums than a bias, a residual and bounds.
    fn in_registers(&self) -> bool {
        let Depthwise { geometry, sink, pool, .. } = self.conv;
        geometry.bias != Bias::Position && sink.activation.bounds().is_some() && !pool
    }

    /// This strip's part of some rows.
    #[inline(always)]
    fn part(&self, rows: usize) -> Range<usize> {
        let (i, strips) = self.of;
        cut(rows, strips, i)..cut(rows, strips, i + 1)
    }

    /// The rows of a piece from a position on, to be written to `to`.
    #[inline(always)]
    fn rows(&self, piece: &Piece, [row, column]: [usize; 2], to: *mut f32) -> Rows<'_> {
        let Depthwise { geometry, x, w, sink, .. } = &self.conv;
        let [rows, columns] = geometry.kernel;
        let place = |i: usize, at: usize| piece.from[i] + (at * piece.stride[i]) as isize;
        let [above, before] = piece.weight;
        let volumes = [geometry.input, geometry.output].map(|volume| volume.iter().product::<usize>());
        let far = self.conv.samples * volumes[0].max(volumes[1]) > FAR;
        Rows {
            x: x.at(self.sample, self.block, place(0, row), place(1, column)),
            x_row: piece.stride[0] * x.row,
            x_step: piece.stride[1] * LANES,
            taps: piece.taps,
            tap_step: [piece.tap_step[0] * x.row, piece.tap_step[1] * LANES],
            w: w.wrapping_add((self.block * rows * columns + above * columns + before) * LANES),
            w_step: [piece.weight_step[0] * (columns * LANES) as isize, piece.weight_step[1] * LANES as isize],
            to,
            to_row: 0,
            to_step: LANES,
            added: None,
            bounds: [f32::NEG_INFINITY, f32::INFINITY],
            positions: [1, piece.positions[1] - column],
            lanes: sink.depth - self.block * LANES,
            affine: None,
            x_line: x.row,
            far,
        }
    }

    /// Rows of a piece, from registers to where they belong.
    #[inline(always)]
    fn direct<S: Simd>(&self, s: S, piece: &Piece) {
        let sink = self.conv.sink;
        let rows = self.part(piece.positions[0]);
        let at = |view: &View| {
            let [row, column] = [rows.start * piece.step[0] + piece.first[0], piece.first[1]].map(|i| i as isize);
            view.at(self.sample, self.block, row, column)
        };
        s.vectorize(Rows {
            to_row: piece.step[0] * sink.output.row,
            to_step: piece.step[1] * LANES,
            added: sink.residual.map(|view| (at(&view).cast_const(), piece.step[0] * view.row)),
            bounds: sink.activation.bounds().unwrap_or([f32::NEG_INFINITY, f32::INFINITY]),
            positions: [rows.len(), piece.positions[1]],
            affine: Some((sink, self.block)),
            ..self.rows(piece, [rows.start, 0], at(&sink.output))
        });
    }

    /// Rows of sums, or pairs of them, one after the other, for what cannot follow in registers.
    #[inline(always)]
    fn kept<S: Simd>(&self, s: S, piece: &Piece) {
        let Depthwise { sink, pool, .. } = self.conv;
        let (sample, block) = (self.sample, self.block);
        let pairs = if pool { 2 } else { 1 };
        let mut memory = MaybeUninit::<[[f32; LANES]; 2 * RUN]>::uninit();
        let sums = memory.as_mut_ptr().cast::<f32>();
        let columns = piece.positions[1] / pairs;
        for row in self.part(piece.positions[0] / pairs) {
            for column in (0..columns).step_by(RUN / pairs) {
                let len = (RUN / pairs).min(columns - column);
                s.vectorize(Rows {
                    to_row: RUN * LANES,
                    positions: [pairs, pairs * len],
                    ..self.rows(piece, [pairs * row, pairs * column], sums)
                });
                let at = Segment { sample, block, row, column, len };
                // SAFETY: the sums are there; the segment lies in the output and is this task's.
                unsafe {
                    if pool {
                        sink.take_pairs(s, at, sums, sums.add(RUN * LANES));
                    } else {
                        sink.take(s, at, sums);
                    }
                }
            }
        }
    }
}
