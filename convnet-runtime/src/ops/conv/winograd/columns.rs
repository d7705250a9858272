//! 5x5 filters of stride 1 over few channels: F(4x1, 5x5), Winograd's filtering down the columns alone. Where channels are
//! few, transforms in both directions would take longer than the products that they save.
//!
//! For four rows of the output, eight of the input become `[point][column][c]`; a column of taps is then 8 products where it
//! was 20. Their sums, `[point][column][16]`, become four rows of sums for the [`Sink`].

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use std::mem::MaybeUninit;
use std::ops::Range;
use std::ptr;

use super::five::F4;
use super::{apart, sides};
use crate::cpu::map::LANES;
use crate::cpu::run::Run;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{cut, parallel};
use crate::cpu::view::View;
use crate::ops::conv::sweep::{NOTHING, Segment, Sink};
use crate::ops::conv::tile::by_pixels;
use crate::ops::conv::{Algorithm, Geometry, Method, pack};
use crate::parameter::{Form, Parameter};

/// Taps of a side of a filter, points, rows of sums.
pub const TAPS: usize = 5;
pub const POINTS: usize = 8;
pub const ROWS: usize = 4;
/// Most channels of a group.
const DEPTH: usize = 64;
/// Most columns of the output that go through all steps together.
const COLUMNS: usize = 28;
/// Most blocks of output channels of a tile, on any instruction set.
const BLOCKS: usize = 2;
/// Weights that stay in the nearest cache.
const NEAR: usize = 4096;
/// Channels that leave room for those of another column in a vector.
const HALF: usize = LANES / 2;
/// Tasks that keep all processors busy.
const TASKS: usize = 16;

/// Whether a convolution is computed by the points of its columns.
pub fn fits(method: Method, geometry: &Geometry) -> bool {
    let Geometry { kernel, stride, dilation, algorithm, .. } = geometry;
    method == Method::Winograd4x1
        && (*kernel, *stride, *dilation) == ([TAPS; 2], [1, 1], [1, 1])
        && *algorithm == Algorithm::Blocked
        && apart(geometry)
        && sides(geometry)[0] <= DEPTH
}

/// Channels of the five columns of a row of taps.
fn row(geometry: &Geometry) -> usize {
    TAPS * sides(geometry)[0]
}

/// Floats of the filters at their points.
fn filters_len(geometry: &Geometry) -> usize {
    geometry.output[2].div_ceil(LANES) * POINTS * row(geometry) * LANES
}

/// Packed filters become `[k / 16][point][column][c of the group][16 k]`, those over planes `[k / 16][point][c][column][16 k]`.
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
        let ([depth, _], each) = (sides(geometry), row(geometry) * LANES);
        let blocks = weights.chunks_exact(pack::packed_len(geometry) / geometry.output[2].div_ceil(LANES));
        for (to, from) in to.chunks_exact_mut(POINTS * each).zip(blocks) {
            for lane in 0..each / LANES {
                let at = |y: usize| {
                    if geometry.algorithm == Algorithm::Planar {
                        return ((lane / TAPS * TAPS + y) * TAPS + lane % TAPS) * LANES;
                    }
                    let (x, c) = (lane / depth, lane % depth);
                    (((c / LANES * TAPS + y) * TAPS + x) * LANES + c % LANES) * LANES
                };
                let mut taps = [s.zero(); TAPS];
                for y in 0..TAPS {
                    taps[y] = s.load(from[at(y)..].first_chunk().expect("16 weights"));
                }
                let points = F4::filter(s, taps);
                for p in 0..POINTS {
                    let to = to[p * each + lane * LANES..].first_chunk_mut();
                    s.store(to.expect("there is room for each lane"), points[p]);
                }
            }
        }
    }
}

/// The filters at their points.
///
/// # Safety
/// Nobody else uses the run's scratch memory while they are in use.
pub unsafe fn at_points<'a>(geometry: &Geometry, weight: &'a Parameter, train: bool, run: &mut Run<'_>) -> &'a [f32] {
    let len = filters_len(geometry);
    if train {
        // Parts of a batch would make and keep them at the same time, for a few samples each.
        let to = run.scratch(len);
        // SAFETY: the caller's promise.
        let to = unsafe { to.part(0, len) };
        filters(geometry, weight.packed(), to);
        to
    } else {
        &weight.derived(Form::WinogradColumns, |weights, to| {
            to.grow(len);
            filters(geometry, weights, to);
        })[..len]
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
    // SAFETY: the scratch memory is this stage's.
    let filters = unsafe { at_points(geometry, weight, train, run) };
    // SAFETY: the caller's promise.
    unsafe { Columns { geometry, x, filters, samples: run.batch, pool, sink }.run() };
}

/// All sums of a convolution.
struct Columns<'a, K> {
    geometry: &'a Geometry,
    x: View,
    /// At their points.
    filters: &'a [f32],
    samples: usize,
    /// The sink wants pairs of rows; an odd last one is not computed.
    pool: bool,
    sink: &'a K,
}

impl<K: Sink> Columns<'_, K> {
    unsafe fn run(&self) {
        let [rows, columns, _] = self.geometry.output;
        let [channels, filters] = sides(self.geometry);
        let (samples, groups, lines) = (self.samples, self.geometry.groups, self.lines());
        let strips = TASKS.div_ceil(samples.max(1)).min(lines).max(1);
        // Where lines are few, their blocks are tasks, too; each transforms the line's input again.
        let blocks = filters.div_ceil(LANES);
        let parts = (2 * TASKS).div_ceil(samples.max(1) * groups * strips).min(blocks.div_ceil(BLOCKS));
        let work = samples * rows * columns * groups * filters * POINTS * row(self.geometry);
        // A thread stays with the filters of a group.
        let each = samples * strips * parts;
        parallel(groups * each, work, |i| {
            let (group, i) = (i / each, i % each);
            let (sample, strip, part) = (i / strips / parts, i / parts % strips, i % parts);
            let x = self.x.skip(group * channels / LANES);
            let [start, end] = [part, part + 1].map(|part| group * blocks + cut(blocks, parts, part));
            let blocks = start..end;
            if strip == 0 {
                for block in blocks.clone() {
                    // SAFETY: the first strip of a sample writes its borders.
                    unsafe { self.sink.border(sample, block) };
                }
            }
            let lines = cut(lines, strips, strip)..cut(lines, strips, strip + 1);
            // Memory that is not needed takes time, too: its pages are touched.
            if channels <= HALF {
                dispatch(Strip::<_, { plane(HALF) }> { columns: self, x, sample, lines, blocks });
            } else {
                dispatch(Strip::<_, { plane(DEPTH) }> { columns: self, x, sample, lines, blocks });
            }
        });
    }

    /// Lines of four rows.
    fn lines(&self) -> usize {
        self.rows().div_ceil(ROWS)
    }

    /// Rows that count.
    #[inline(always)]
    fn rows(&self) -> usize {
        let rows = self.geometry.output[0];
        if self.pool { rows / 2 * 2 } else { rows }
    }
}

/// Floats from a point of the input to the next.
const fn plane(depth: usize) -> usize {
    (COLUMNS + TAPS - 1) * depth + LANES
}

/// Lines of a sample, some of the blocks of a group, with `PLANE` floats from a point of the input to the next.
struct Strip<'a, K, const PLANE: usize> {
    columns: &'a Columns<'a, K>,
    /// The group's channels.
    x: View,
    sample: usize,
    lines: Range<usize>,
    blocks: Range<usize>,
}

#[repr(C, align(64))]
struct Memory<const PLANE: usize> {
    input: [[f32; PLANE]; POINTS],
    sums: [f32; BLOCKS * POINTS * COLUMNS * LANES],
    rows: [f32; ROWS * COLUMNS * LANES],
}

impl<K: Sink, const PLANE: usize> Kernel for Strip<'_, K, PLANE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Columns { geometry, filters, pool, sink, .. } = self.columns;
        let columns = geometry.output[1];
        let mut memory = MaybeUninit::<Memory<PLANE>>::uninit();
        // SAFETY: fields of the local memory, by address.
        let [input, sums, rows] = unsafe {
            let memory = memory.as_mut_ptr();
            let (input, sums) = ((&raw mut (*memory).input).cast::<f32>(), (&raw mut (*memory).sums).cast::<f32>());
            [input, sums, (&raw mut (*memory).rows).cast::<f32>()]
        };
        // Windows of a pool stay together.
        let step = if *pool { 2 } else { 1 };
        let parts = (columns / step).div_ceil(COLUMNS / step);
        let largest = *pool && sink.wants_largest() && sink.winners(NOTHING).is_none();
        for (line, part) in self.lines.clone().flat_map(|line| (0..parts).map(move |part| (line, part))) {
            let [start, end] = [part, part + 1].map(|i| cut(columns / step, parts, i) * step);
            let len = end - start;
            // SAFETY: see `forward`; there is room for so many columns, channels and blocks.
            unsafe {
                self.input(s, line, start, len, input);
                for first in self.blocks.clone().step_by(S::TILE_BLOCKS) {
                    let together = S::TILE_BLOCKS.min(self.blocks.end - first);
                    let each = POINTS * row(geometry) * LANES;
                    // Weights of a point serve all positions while they are in the nearest cache.
                    let points = (NEAR / (each / POINTS)).clamp(1, POINTS);
                    for point in (0..POINTS).step_by(points) {
                        let tile = Tile {
                            points: points.min(POINTS - point),
                            input: input.wrapping_add(point * PLANE),
                            plane: PLANE,
                            step: sides(geometry)[0],
                            w: filters.as_ptr().wrapping_add(first * each + point * each / POINTS),
                            stream: each,
                            sums: sums.wrapping_add(point * COLUMNS * LANES),
                        };
                        tile.products(s, together, len);
                    }
                    for block in first..first + together {
                        let from = sums.wrapping_add((block - first) * POINTS * COLUMNS * LANES);
                        let at = Segment { sample: self.sample, block, row: line, column: start, len };
                        if !largest || !self.finish_largest(s, at, from) {
                            self.give(s, at, from, rows);
                        }
                    }
                }
            }
        }
    }
}

/// Four rows of sums of a column.
#[inline(always)]
unsafe fn output<S: Simd>(s: S, sums: *const f32, column: usize) -> [S::V; ROWS] {
    let mut points = [s.zero(); POINTS];
    for p in 0..POINTS {
        // SAFETY: the caller's promise.
        points[p] = unsafe { s.load_from(sums.add((p * COLUMNS + column) * LANES)) };
    }
    F4::output(s, points)
}

impl<K: Sink, const PLANE: usize> Strip<'_, K, PLANE> {
    /// Hands some columns of a line of a block to the sink, row by row; `rows` has room for them.
    #[inline(always)]
    unsafe fn give<S: Simd>(&self, s: S, at: Segment, sums: *const f32, rows: *mut f32) {
        let Columns { pool, sink, .. } = self.columns;
        let row_of = |i: usize| rows.wrapping_add(i * COLUMNS * LANES);
        let step = if *pool { 2 } else { 1 };
        // SAFETY: the sums are there; the sink can take them, they are this task's.
        unsafe {
            for column in 0..at.len {
                let sums = output(s, sums, column);
                for i in 0..ROWS {
                    s.store_to(row_of(i).add(column * LANES), sums[i]);
                }
            }
            for i in (0..ROWS.min(self.columns.rows() - ROWS * at.row)).step_by(step) {
                let row = (ROWS * at.row + i) / step;
                let at = Segment { row, column: at.column / step, len: at.len / step, ..at };
                if *pool {
                    sink.take_pairs(s, at, row_of(i), row_of(i + 1));
                } else {
                    sink.take(s, at, row_of(i));
                }
            }
        }
    }

    /// Writes what becomes of the largest sums of the pool's windows, if registers can do it.
    #[inline(always)]
    unsafe fn finish_largest<S: Simd>(&self, s: S, at: Segment, sums: *const f32) -> bool {
        let rows = (self.columns.rows() - ROWS * at.row).min(ROWS) / 2;
        // A second row that is not there is the first, which is written last.
        let place = |i: usize| {
            let at = Segment { row: ROWS / 2 * at.row + i.min(rows - 1), column: at.column / 2, len: at.len / 2, ..at };
            self.columns.sink.finish(at, 1)
        };
        let [Some(upper), Some(lower)] = [place(0), place(1)] else { return false };
        let y = [&upper, &lower].map(|finish| finish.places[0].at);
        for i in 0..at.len / 2 {
            // SAFETY: the sums are there; the sink can take them, they are this task's.
            unsafe {
                let [left, right] = [output(s, sums, 2 * i), output(s, sums, 2 * i + 1)];
                let above = s.max(s.max(right[1], left[1]), s.max(right[0], left[0]));
                let under = s.max(s.max(right[3], left[3]), s.max(right[2], left[2]));
                let [first, second] = y.map(|y| [[y.wrapping_add(i * LANES)], [ptr::null()]]);
                lower.give(s, &second, &[[under]]);
                upper.give(s, &first, &[[above]]);
            }
        }
        true
    }

    /// Writes the points of the columns that some columns of the output see, one behind the other.
    #[inline(always)]
    unsafe fn input<S: Simd>(&self, s: S, line: usize, start: usize, len: usize, to: *mut f32) {
        let Self { columns: Columns { geometry, .. }, x, .. } = self;
        let [depth, _] = sides(geometry);
        let [row, column] = [(ROWS * line) as isize, start as isize];
        let [row, column] = [row - geometry.pad[0] as isize, column - geometry.pad[1] as isize];
        // Behind the last row of the output, sums count no more, and what they see may not be there.
        let last = (geometry.output[0] - ROWS * line + TAPS - 2).min(POINTS - 1);
        let columns = len + TAPS - 1;
        let first = x.at(self.sample, 0, row, column).cast_const();
        let rows: [_; POINTS] = std::array::from_fn(|r| first.wrapping_add(r.min(last) * x.row));
        // Lanes beyond the depth lie where the next column goes.
        if depth <= HALF {
            // Two columns fill a vector; a last one is there twice.
            for c in (0..columns).step_by(2) {
                let both = [c, (c + 1).min(columns - 1)];
                let from = rows.map(|row| both.map(|c| row.wrapping_add(c * LANES)));
                // SAFETY: the caller's promise.
                unsafe { F4::input_halves(s, from, both.map(|c| to.wrapping_add(c * depth)), PLANE) };
            }
            return;
        }
        for c in 0..columns {
            for block in 0..depth.div_ceil(LANES) {
                let to = to.wrapping_add(c * depth + block * LANES);
                // SAFETY: as above.
                unsafe {
                    let mut d = [s.zero(); POINTS];
                    for r in 0..POINTS {
                        d[r] = s.load_from(rows[r].wrapping_add(block * x.plane + c * LANES));
                    }
                    let points = F4::input(s, d);
                    for p in 0..POINTS {
                        s.store_to(to.add(p * PLANE), points[p]);
                    }
                }
            }
        }
    }
}

/// `sums[o][point][p] = sum over lanes of w[o][point][lane] input[point][p, lane]`
///
/// A tile of its own, for all points in one call: each is so short that [`tile::Tile`](crate::ops::conv::tile::Tile), called for
/// one after the other, took 8 % longer for all of LeNet-5.
#[derive(Clone, Copy)]
struct Tile {
    points: usize,
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
        let Tile { points, mut input, plane, step, mut w, stream, mut sums } = self.0;
        for _ in 0..points {
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
