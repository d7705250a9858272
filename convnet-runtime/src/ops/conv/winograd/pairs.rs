//! 5x5 filters of stride 1 over few channels: F(2x1, 5x5), Winograd's filtering in one direction. Where channels are few,
//! transforms in both would take longer than the products that they save.
//!
//! For two rows of the output, six of the input become `[point][column][c]`; a column of taps is then 6 products where it
//! was 10. Their sums, `[point][column][16]`, become two rows of sums for the [`Sink`].

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use std::mem::MaybeUninit;

use super::five::F2;
use super::transform::Transform;
use crate::cpu::map::LANES;
use crate::cpu::run::Run;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{cut, parallel};
use crate::cpu::view::View;
use crate::ops::conv::sweep::{Segment, Sink};
use crate::ops::conv::tile::by_pixels;
use crate::ops::conv::{Algorithm, Geometry, Method};
use crate::parameter::{Form, Parameter};

/// Taps of a side of a filter, points, rows of sums.
const TAPS: usize = 5;
const POINTS: usize = 6;
const ROWS: usize = 2;
/// Most channels.
const DEPTH: usize = 31;
/// Most columns of the output that go through all steps together.
const COLUMNS: usize = 28;
/// Most blocks of output channels of a tile, on any instruction set.
const BLOCKS: usize = 2;
/// Tasks that keep all processors busy.
const TASKS: usize = 16;

/// Whether a convolution is computed in pairs of rows.
pub fn fits(method: Method, geometry: &Geometry) -> bool {
    let Geometry { kernel, stride, dilation, groups, algorithm, .. } = geometry;
    method == Method::Winograd2x1
        && (*kernel, *stride, *dilation) == ([TAPS; 2], [1, 1], [1, 1])
        && (*groups, *algorithm) == (1, Algorithm::Blocked)
        && geometry.input[2] <= DEPTH
}

/// Channels of the five columns of a row of taps.
fn row(geometry: &Geometry) -> usize {
    TAPS * geometry.input[2]
}

/// Floats of the filters at their points.
fn filters_len(geometry: &Geometry) -> usize {
    geometry.output[2].div_ceil(LANES) * POINTS * row(geometry) * LANES
}

/// Packed filters become `[k / 16][point][column][c][16 k]`.
///
/// # Panics
/// If a slice is too short.
fn filters(geometry: &Geometry, weights: &[f32], to: &mut [f32]) {
    dispatch(Filters { geometry, weights, to: &mut to[..filters_len(geometry)] });
}

struct Filters<'a> {
    geometry: &'a Geometry,
    weights: &'a [f32],
    to: &'a mut [f32],
}

impl Kernel for Filters<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { geometry, weights, to } = self;
        let (depth, each) = (geometry.input[2], row(geometry) * LANES);
        let square = TAPS * TAPS * LANES * LANES;
        let pairs = weights.chunks_exact(depth.div_ceil(LANES) * square);
        for (to, from) in to.chunks_exact_mut(POINTS * each).zip(pairs) {
            for lane in 0..each / LANES {
                let (x, c) = (lane / depth, lane % depth);
                let at = |y: usize| c / LANES * square + ((y * TAPS + x) * LANES + c % LANES) * LANES;
                let mut taps = [s.zero(); TAPS];
                for y in 0..TAPS {
                    taps[y] = s.load(from[at(y)..].first_chunk().expect("16 weights"));
                }
                let points = F2::filter(s, taps);
                for p in 0..POINTS {
                    let to = to[p * each + lane * LANES..].first_chunk_mut();
                    s.store(to.expect("there is room for each lane"), points[p]);
                }
            }
        }
    }
}

/// The sums of a convolution of `x` that [`fits`].
///
/// # Safety
/// `x` has the geometry's input for all samples of the run, its border is as wide as the windows reach, and the sink can
/// take every segment of the output, or of its halves with `pool`.
pub unsafe fn forward<K: Sink>(
    geometry: &Geometry,
    x: View,
    weight: &Parameter,
    train: bool,
    pool: bool,
    sink: &K,
    run: &mut Run<'_>,
) {
    let len = filters_len(geometry);
    let filters = if train {
        // Parts of a batch would make and keep them at the same time, for a few samples each.
        let to = run.scratch(len);
        // SAFETY: the scratch memory is this stage's.
        let to = unsafe { to.part(0, len) };
        filters(geometry, weight.packed(), to);
        to
    } else {
        &weight.derived(Form::WinogradPairs, |weights, to| {
            to.grow(len);
            filters(geometry, weights, to);
        })[..len]
    };
    // SAFETY: the caller's promise.
    unsafe { Pairs { geometry, x, filters, samples: run.batch, pool, sink }.run() };
}

/// All sums of a convolution.
struct Pairs<'a, K> {
    geometry: &'a Geometry,
    x: View,
    /// At their points.
    filters: &'a [f32],
    samples: usize,
    /// The sink wants pairs of rows; an odd last one is not computed.
    pool: bool,
    sink: &'a K,
}

impl<K: Sink> Pairs<'_, K> {
    unsafe fn run(&self) {
        let [rows, columns, filters] = self.geometry.output;
        let lines = self.lines();
        let strips = TASKS.div_ceil(self.samples.max(1)).min(lines).max(1);
        let work = self.samples * rows * columns * filters * POINTS * row(self.geometry);
        parallel(self.samples * strips, work, |i| {
            let (sample, strip) = (i / strips, i % strips);
            if strip == 0 {
                for block in 0..filters.div_ceil(LANES) {
                    // SAFETY: the first strip of a sample writes its borders.
                    unsafe { self.sink.border(sample, block) };
                }
            }
            for line in cut(lines, strips, strip)..cut(lines, strips, strip + 1) {
                dispatch(Pair { pairs: self, sample, line });
            }
        });
    }

    /// Pairs of rows.
    fn lines(&self) -> usize {
        let rows = self.geometry.output[0];
        if self.pool { rows / ROWS } else { rows.div_ceil(ROWS) }
    }
}

/// A pair of rows of a sample.
struct Pair<'a, K> {
    pairs: &'a Pairs<'a, K>,
    sample: usize,
    line: usize,
}

#[repr(C, align(64))]
struct Memory {
    input: [f32; POINTS * ((COLUMNS + TAPS - 1) * DEPTH + LANES)],
    sums: [f32; BLOCKS * POINTS * COLUMNS * LANES],
    rows: [f32; ROWS * COLUMNS * LANES],
}

impl<K: Sink> Kernel for Pair<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { pairs: Pairs { geometry, filters, pool, sink, .. }, sample, line } = self;
        let [height, columns, depth] = geometry.output;
        let mut memory = MaybeUninit::<Memory>::uninit();
        // SAFETY: fields of the local memory, by address.
        let [input, sums, rows] = unsafe {
            let memory = memory.as_mut_ptr();
            let (input, sums) = ((&raw mut (*memory).input).cast::<f32>(), (&raw mut (*memory).sums).cast::<f32>());
            [input, sums, (&raw mut (*memory).rows).cast::<f32>()]
        };
        let bottom = rows.wrapping_add(COLUMNS * LANES);
        let blocks = depth.div_ceil(LANES);
        // Windows of a pool stay together.
        let step = if *pool { ROWS } else { 1 };
        let parts = (columns / step).div_ceil(COLUMNS / step);
        for part in 0..parts {
            let [start, end] = [part, part + 1].map(|i| cut(columns / step, parts, i) * step);
            let len = end - start;
            // SAFETY: see `forward`; there is room for so many columns, channels and blocks.
            unsafe {
                let plane = self.input(s, start, len, input);
                for first in (0..blocks).step_by(S::TILE_BLOCKS) {
                    let together = S::TILE_BLOCKS.min(blocks - first);
                    let each = POINTS * row(geometry) * LANES;
                    let tile = Tile {
                        input,
                        plane,
                        step: geometry.input[2],
                        w: filters.as_ptr().wrapping_add(first * each),
                        stream: each,
                        sums,
                    };
                    tile.products(s, together, len);
                    for block in first..first + together {
                        let from = sums.wrapping_add((block - first) * POINTS * COLUMNS * LANES);
                        for column in 0..len {
                            let mut points = [s.zero(); POINTS];
                            for p in 0..POINTS {
                                points[p] = s.load_from(from.add((p * COLUMNS + column) * LANES));
                            }
                            let [above, below] = F2::output(s, points);
                            s.store_to(rows.add(column * LANES), above);
                            s.store_to(bottom.add(column * LANES), below);
                        }
                        let at = |row: usize| Segment { sample, block, row, column: start / step, len: len / step };
                        if *pool {
                            sink.take_pairs(s, at(line), rows, bottom);
                        } else {
                            sink.take(s, at(ROWS * line), rows);
                            if ROWS * line + 1 < height {
                                sink.take(s, at(ROWS * line + 1), bottom);
                            }
                        }
                    }
                }
            }
        }
    }
}

impl<K: Sink> Pair<'_, K> {
    /// Writes the points of the columns that some columns of the output see, one behind the other; gives the floats from a
    /// point to the next.
    #[inline(always)]
    unsafe fn input<S: Simd>(&self, s: S, start: usize, len: usize, to: *mut f32) -> usize {
        let Self { pairs: Pairs { geometry, x, .. }, sample, line } = *self;
        let depth = geometry.input[2];
        let [row, column] = [(ROWS * line) as isize, start as isize];
        let [row, column] = [row - geometry.pad[0] as isize, column - geometry.pad[1] as isize];
        // The first row of sums has nothing of the last row of the input, which may not be there if the second is not.
        let last = (geometry.output[0] - ROWS * line + TAPS - 2).min(POINTS - 1);
        let columns = len + TAPS - 1;
        let plane = columns * depth + LANES;
        for c in 0..columns {
            for block in 0..depth.div_ceil(LANES) {
                let from = x.at(sample, block, row, column + c as isize).cast_const();
                // Lanes beyond the depth lie where the next column goes.
                let to = to.wrapping_add(c * depth + block * LANES);
                // SAFETY: the caller's promise.
                unsafe {
                    let mut d = [s.zero(); POINTS];
                    for r in 0..POINTS {
                        d[r] = s.load_from(from.add(r.min(last) * x.row));
                    }
                    let points = F2::input(s, d);
                    for p in 0..POINTS {
                        s.store_to(to.add(p * plane), points[p]);
                    }
                }
            }
        }
        plane
    }
}

/// `sums[o][point][p] = sum over lanes of w[o][point][lane] input[point][p, lane]`
///
/// A tile of its own, for all points in one call: each is so short that [`tile::Tile`](crate::ops::conv::tile::Tile), called for
/// one after the other, took 8 % longer for all of LeNet-5.
#[derive(Clone, Copy)]
struct Tile {
    input: *const f32,
    /// From a point of the input to the next.
    plane: usize,
    /// From a position to the next; five times as many lanes have weights.
    step: usize,
    w: *const f32,
    /// From the weights of a block of output channels to those of the next.
    stream: usize,
    /// `[block][point][COLUMNS][16]`
    sums: *mut f32,
}

impl Tile {
    #[inline(always)]
    unsafe fn products<S: Simd>(self, s: S, blocks: usize, positions: usize) {
        let tiles = positions.div_ceil(S::TILE_PIXELS);
        for i in 0..tiles {
            let [start, end] = [i, i + 1].map(|i| cut(positions, tiles, i));
            let input = self.input.wrapping_add(start * self.step);
            let tile = Self { input, sums: self.sums.wrapping_add(start * LANES), ..self };
            let tiles = [(tile, 1, end - start)];
            by_pixels!(tiles, S::TILE_PIXELS, [1 2 3 4 5 6 7 8 9 10 11 12 13 14], |tile, _count, P| {
                match blocks {
                    1 => s.vectorize(Products::<1, P>(tile)),
                    2 if const { S::TILE_BLOCKS > 1 } => s.vectorize(Products::<2, P>(tile)),
                    _ => unreachable!("a tile of {blocks} blocks"),
                }
            });
        }
    }
}

/// A tile of `OB` blocks and `P` positions.
struct Products<const OB: usize, const P: usize>(Tile);

impl<const OB: usize, const P: usize> Kernel for Products<OB, P> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Tile { mut input, plane, step, mut w, stream, mut sums } = self.0;
        for _ in 0..POINTS {
            let mut acc = [[s.zero(); OB]; P];
            // SAFETY: the promise of whoever called `Tile::products`.
            unsafe {
                for lane in 0..TAPS * step {
                    let mut b = [s.zero(); OB];
                    for o in 0..OB {
                        b[o] = s.load_from(w.add(o * stream));
                    }
                    w = w.wrapping_add(LANES);
                    for p in 0..P {
                        let a = s.splat(*input.add(p * step + lane));
                        for o in 0..OB {
                            acc[p][o] = s.fma(a, b[o], acc[p][o]);
                        }
                    }
                }
                for p in 0..P {
                    for o in 0..OB {
                        s.store_to(sums.add((o * POINTS * COLUMNS + p) * LANES), acc[p][o]);
                    }
                }
            }
            input = input.wrapping_add(plane);
            sums = sums.wrapping_add(COLUMNS * LANES);
        }
    }
}
