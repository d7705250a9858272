//! The gradient of the weights: `dw[k, i] = sum over n of dz[n, k] x[n, i]`. It is as large as the weights, so that it is
//! written once.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use std::mem::MaybeUninit;

use super::inputs;
use super::samples::Samples;
use crate::cpu::map::LANES;
use crate::cpu::run::Run;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, Shared, cut, parallel};
use crate::cpu::view::View;
use crate::ops::conv::{Geometry, pack};

/// Most rows of a tile, on any instruction set.
const ROWS: usize = 8;
/// Samples that are summed at a time.
const SEGMENT: usize = 64;
/// Inputs of a task.
const INPUTS: usize = 256;

/// Writes the gradient of the packed weights, or adds to it.
///
/// # Panics
/// If there is too little room for it.
///
/// # Safety
/// `x` and `dz` are the input and the gradient of the sums of the run's samples, of the sizes of a convolution that `fits`.
pub unsafe fn weight_gradient(
    geometry: &Geometry,
    x: View,
    dz: View,
    gradient: &mut [f32],
    accumulate: bool,
    run: &mut Run<'_>,
) {
    let batch = run.batch;
    let blocks = geometry.output[2].div_ceil(LANES);
    let rows = pack::packed_len(geometry) / blocks / LANES;
    let len = inputs(geometry);
    assert!(gradient.len() >= blocks * rows * LANES, "the gradient is the layer's");
    // What lies between is no weight.
    assert!(rows.next_multiple_of(LANES) == len.next_multiple_of(LANES));
    let floats = (batch.div_ceil(LANES) * len.next_multiple_of(LANES) + ROWS) * LANES;
    let columns = run.scratch(floats + batch * len);
    // SAFETY: the caller's promise; there is room for columns and samples.
    let x = unsafe { Samples::new(x, batch, len, |_| columns.get().wrapping_add(floats)) };
    dispatch(Columns { x, len, to: columns });
    let pass = Pass { columns, dz, batch, blocks, len, rows, gradient: Shared::new(gradient), accumulate };
    dispatch(All(&pass));
}

/// Samples as columns: `[n / 16][i][16 n]`, zeros beyond the batch.
struct Columns {
    x: Samples,
    len: usize,
    to: Shared,
}

impl Kernel for Columns {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { x, len, to } = self;
        let squares = len.div_ceil(LANES);
        let work = MOVE * x.count.next_multiple_of(LANES) * len;
        parallel(x.count.div_ceil(LANES) * squares, work, |i| s.vectorize(Square { x, len, to, i }));
    }
}

/// The `i`-th square of 16 samples and 16 inputs.
struct Square {
    x: Samples,
    len: usize,
    to: Shared,
    i: usize,
}

impl Kernel for Square {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { x, len, to, i } = self;
        let squares = len.div_ceil(LANES);
        let (n, from) = (i / squares * LANES, i % squares * LANES);
        let mut rows = [s.zero(); LANES];
        for (j, row) in rows.iter_mut().enumerate().take(x.count - n) {
            let at = x.x.wrapping_add((n + j) * x.step + from);
            // SAFETY: the sample has so many floats.
            *row = unsafe { s.load_part(std::slice::from_raw_parts(at, LANES.min(len - from))) };
        }
        // SAFETY: each square has its own place.
        let to = unsafe { to.part(i * LANES * LANES, LANES * LANES) };
        for (to, column) in to.as_chunks_mut::<LANES>().0.iter_mut().zip(s.transpose(rows)) {
            s.store(to, column);
        }
    }
}

struct Pass {
    columns: Shared,
    dz: View,
    batch: usize,
    blocks: usize,
    /// Inputs.
    len: usize,
    /// Inputs of a block in memory.
    rows: usize,
    gradient: Shared,
    accumulate: bool,
}

struct All<'a>(&'a Pass);

impl Kernel for All<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self(pass) = self;
        let pieces = pass.len.div_ceil(INPUTS);
        let tasks = pass.blocks.div_ceil(S::TILE_BLOCKS) * pieces;
        parallel(tasks, 2 * pass.batch * pass.blocks * LANES * pass.len, |i| {
            let (group, piece) = (i / pieces, i % pieces);
            s.vectorize(Task { pass, first: group * S::TILE_BLOCKS, piece, pieces });
        });
    }
}

/// Some inputs of the blocks of a tile.
struct Task<'a> {
    pass: &'a Pass,
    first: usize,
    piece: usize,
    pieces: usize,
}

/// The gradient of the sums, `[sample][block][16]`.
#[repr(C, align(64))]
struct Sums([f32; SEGMENT * 2 * LANES]);

impl Kernel for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { pass, first, piece, pieces } = self;
        let blocks = S::TILE_BLOCKS.min(pass.blocks - first);
        let inputs = cut(pass.len, pieces, piece)..cut(pass.len, pieces, piece + 1);
        let mut memory = MaybeUninit::<Sums>::uninit();
        let sums = memory.as_mut_ptr().cast::<f32>();
        for start in (0..pass.batch).step_by(SEGMENT) {
            let end = pass.batch.min(start + SEGMENT);
            for n in start..end {
                for o in 0..blocks {
                    // SAFETY: the sample has the block, and there is room for a segment.
                    unsafe {
                        let v = s.load_from(pass.dz.at(n, first + o, 0, 0));
                        s.store_to(sums.add(((n - start) * blocks + o) * LANES), v);
                    }
                }
            }
            for i in inputs.clone().step_by(S::TILE_ROWS) {
                let tile = Tile {
                    columns: pass.columns.get().wrapping_add(start * pass.len.next_multiple_of(LANES) + i * LANES),
                    panel: pass.len.next_multiple_of(LANES) * LANES,
                    sums,
                    samples: end - start,
                    rows: S::TILE_ROWS.min(inputs.end - i),
                    to: pass.gradient.get().wrapping_add((first * pass.rows + i) * LANES),
                    stream: pass.rows * LANES,
                    resume: pass.accumulate || start > 0,
                };
                match (blocks, S::TILE_ROWS) {
                    (1, 8) => s.vectorize(Outer::<1, 8>(tile)),
                    (2, 8) => s.vectorize(Outer::<2, 8>(tile)),
                    (1, 6) => s.vectorize(Outer::<1, 6>(tile)),
                    (1, 4) => s.vectorize(Outer::<1, 4>(tile)),
                    (1, 2) => s.vectorize(Outer::<1, 2>(tile)),
                    _ => unreachable!("a tile of {blocks} blocks"),
                }
            }
        }
    }
}

/// `to[o][r] (+)= sum over n of columns[r][n] sums[n][o]`
struct Tile {
    /// The first sample of the first row.
    columns: *const f32,
    /// From 16 samples to the next.
    panel: usize,
    sums: *const f32,
    samples: usize,
    /// Rows to write.
    rows: usize,
    to: *mut f32,
    /// From a block to the next.
    stream: usize,
    resume: bool,
}

struct Outer<const OB: usize, const R: usize>(Tile);

impl<const OB: usize, const R: usize> Kernel for Outer<OB, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Tile { columns, panel, sums, samples, rows, to, stream, resume } = self.0;
        let mut acc = [[s.zero(); OB]; R];
        // SAFETY: `Task` gives the addresses of what is there: columns, room for those behind the last one, which count for
        // nothing, sums and the task's own rows of the gradient.
        unsafe {
            for from in (0..samples).step_by(LANES) {
                let columns = columns.add(from / LANES * panel);
                for n in 0..LANES.min(samples - from) {
                    let mut d = [s.zero(); OB];
                    for o in 0..OB {
                        d[o] = s.load_from(sums.add(((from + n) * OB + o) * LANES));
                    }
                    for r in 0..R {
                        let a = s.splat(*columns.add(r * LANES + n));
                        for o in 0..OB {
                            acc[r][o] = s.fma(a, d[o], acc[r][o]);
                        }
                    }
                }
            }
            for r in 0..R {
                if r < rows {
                    for o in 0..OB {
                        let to = to.add(o * stream + r * LANES);
                        s.store_to(to, if resume { s.add(s.load_from(to), acc[r][o]) } else { acc[r][o] });
                    }
                }
            }
        }
    }
}
