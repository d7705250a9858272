//! 1x1 convolutions with an eighth fewer products: Strassen's multiplication of matrices.
//!
//! Two positions by two halves of the channels are a matrix of 2x2 blocks, two halves of the channels by two halves of the
//! filters another. Their product takes seven products of blocks instead of eight. Relative to the exact sums (l2), of 128 to
//! 1024 channels, it is wrong by less than 1e-6.

// Indices name points.
#![allow(clippy::needless_range_loop)]

use std::mem::MaybeUninit;
use std::ops::Range;

use super::points::{self, Convolution, Points, SQUARE, Tiles};
use super::sweep::{Segment, Sink};
use super::sweep_ahead::Next;
use super::{Algorithm, Geometry, Method};
use crate::cpu::map::LANES;
use crate::cpu::memory::Floats;
use crate::cpu::run::Run;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::view::View;
use crate::parameter::{Form, Parameter};

/// Products of blocks.
const POINTS: usize = 7;
/// Pairs of positions that become sums together.
const PAIRS: usize = 28;

/// Whether a convolution, which is followed by a pool or not, is computed in this way.
pub fn fits(method: Method, geometry: &Geometry, pool: bool) -> bool {
    let Geometry { kernel, groups, pad, algorithm, .. } = geometry;
    method == Method::Strassen
        && (*kernel, *groups, *pad, *algorithm) == ([1, 1], 1, [0, 0], Algorithm::Blocked)
        && [geometry.input[2], geometry.output[2]].iter().all(|channels| channels.is_multiple_of(2 * LANES))
        && !pool
        && !geometry.is_whole()
}

/// Half of the channels and of the filters.
fn halves(geometry: &Geometry) -> [usize; 2] {
    [geometry.input[2], geometry.output[2]].map(|channels| channels / 2)
}

/// The sums of a convolution of `x` that [`fits`].
///
/// # Safety
/// `x` has the geometry's input for all samples of the run, and the sink can take every segment of the output.
pub unsafe fn forward<K: Sink>(geometry: &Geometry, x: View, weight: &Parameter, sink: &K, run: &mut Run<'_>) {
    let [depth, outputs] = halves(geometry);
    let [rows, columns, _] = geometry.output;
    let tiles = Pairs {
        x,
        stride: geometry.stride,
        samples: run.batch,
        columns,
        positions: rows * columns,
        half: depth / LANES,
        output_half: outputs / LANES,
    };
    let filters = weight.derived(Form::Strassen, |weights, to| filters(geometry, weights, to));
    let conv = Convolution { tiles, groups: 1, depth, blocks: outputs / LANES, filters };
    // SAFETY: the caller's promise.
    unsafe { conv.run(sink, run) };
}

/// Packed filters become `[k / 16][point][c / 16][16 c][16 k]` of half the channels and half the filters.
fn filters(geometry: &Geometry, weights: &[f32], to: &mut Floats) {
    let [inner, outer] = halves(geometry).map(|channels| channels / LANES);
    points::filters([outer, inner], POINTS, to, |[o, i], to| {
        // Rows are halves of the channels, columns are halves of the filters.
        let from = [[0, 0], [0, 1], [1, 0], [1, 1]]
            .map(|[c, k]| &weights[((o + k * outer) * 2 * inner + i + c * inner) * SQUARE..][..SQUARE]);
        dispatch(Filters { from, to });
    });
}

struct Filters<'a> {
    from: [&'a [f32]; 4],
    to: Points,
}

impl Kernel for Filters<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for i in (0..SQUARE).step_by(LANES) {
            let mut b = [s.zero(); 4];
            for j in 0..4 {
                b[j] = s.load(self.from[j][i..].first_chunk().expect("16 weights"));
            }
            let [b11, b12, b21, b22] = b;
            let points =
                [s.add(b11, b22), b11, s.sub(b12, b22), s.sub(b21, b11), b22, s.add(b11, b12), s.add(b21, b22)];
            for p in 0..POINTS {
                // SAFETY: the points of these filters have their place.
                unsafe { s.store_to(self.to.start.add(p * self.to.step + i), points[p]) };
            }
        }
    }
}

/// The positions of each sample, row by row, in pairs; of the last one the second may not be there.
#[derive(Clone, Copy)]
struct Pairs {
    x: View,
    stride: [usize; 2],
    samples: usize,
    columns: usize,
    /// Of a sample.
    positions: usize,
    /// Blocks of half of the channels and of half of the filters.
    half: usize,
    output_half: usize,
}

#[repr(C, align(64))]
struct Rows([f32; 2 * 2 * PAIRS * LANES]);

impl Pairs {
    /// Pairs of a sample.
    #[inline(always)]
    fn of_sample(&self) -> usize {
        self.positions.div_ceil(2)
    }

    /// What a position reads.
    #[inline(always)]
    fn at(&self, sample: usize, position: usize, block: usize) -> *const f32 {
        let [row, column] = [position / self.columns * self.stride[0], position % self.columns * self.stride[1]];
        self.x.at(sample, block, row as isize, column as isize)
    }

    /// Pairs from one on, of one sample, none from `end` on: the sample, the first position, and how many there are.
    #[inline(always)]
    fn run(&self, first: usize, end: usize) -> (usize, usize, usize) {
        let (sample, pair) = (first / self.of_sample(), first % self.of_sample());
        (sample, 2 * pair, (end - first).min(self.of_sample() - pair))
    }
}

impl Tiles for Pairs {
    type Ahead = Ahead;

    #[inline(always)]
    fn count(&self) -> usize {
        self.samples * self.of_sample()
    }

    #[inline(always)]
    fn points(&self) -> usize {
        POINTS
    }

    #[inline(always)]
    unsafe fn input<S: Simd>(&self, s: S, block: usize, tiles: Range<usize>, to: Points) {
        let half = self.half * self.x.plane;
        let step = self.stride[1] * LANES;
        let (mut tile, mut to) = (tiles.start, to);
        while tile < tiles.end {
            let (sample, mut position, len) = self.run(tile, tiles.end);
            let mut at = self.at(sample, position, block);
            let mut left = self.columns - position % self.columns;
            for _ in 0..len {
                let mut pair = [at; 2];
                for i in 0..2 {
                    pair[i] = at;
                    // Behind the last position, the last one again: nothing takes its sums.
                    if position + 1 < self.positions {
                        (position, left, at) = (position + 1, left - 1, at.wrapping_add(step));
                        if left == 0 {
                            (left, at) = (self.columns, self.at(sample, position, block));
                        }
                    }
                }
                // SAFETY: the caller's promise.
                unsafe {
                    let [a11, a21] = [s.load_from(pair[0]), s.load_from(pair[1])];
                    let [a12, a22] = [s.load_from(pair[0].add(half)), s.load_from(pair[1].add(half))];
                    let points =
                        [s.add(a11, a22), s.add(a21, a22), a11, a22, s.add(a11, a12), s.sub(a21, a11), s.sub(a12, a22)];
                    for p in 0..POINTS {
                        s.store_to(to.start.add(p * to.step), points[p]);
                    }
                }
                to.start = to.start.wrapping_add(LANES);
            }
            tile += len;
        }
    }

    #[inline(always)]
    fn ahead(&self, _: Range<usize>, tiles: Range<usize>) -> Ahead {
        let (sample, position, len) = self.run(tiles.start, tiles.end);
        let blocks = if len == 0 { 0 } else { 2 * self.half };
        Ahead { pairs: *self, sample, position, len: 2 * len, blocks: 0..blocks }
    }

    #[inline(always)]
    unsafe fn sums<S: Simd, K: Sink>(&self, s: S, from: Points, tiles: Range<usize>, block: usize, sink: &K) {
        let mut memory = MaybeUninit::<Rows>::uninit();
        let rows = memory.as_mut_ptr().cast::<f32>();
        let half = 2 * PAIRS * LANES;
        let mut tile = tiles.start;
        while tile < tiles.end {
            let (sample, mut position, len) = self.run(tile, tiles.end.min(tile + PAIRS));
            let start = from.start.wrapping_add((tile - tiles.start) * LANES);
            // SAFETY: the caller's promise; there is room for the sums of so many pairs.
            unsafe {
                for i in 0..len {
                    let mut points = [s.zero(); POINTS];
                    for p in 0..POINTS {
                        points[p] = s.load_from(start.add(p * from.step + i * LANES));
                    }
                    let [m1, m2, m3, m4, m5, m6, m7] = points;
                    let to = rows.add(2 * i * LANES);
                    s.store_to(to, s.add(s.add(m1, m7), s.sub(m4, m5)));
                    s.store_to(to.add(LANES), s.add(m2, m4));
                    s.store_to(to.add(half), s.add(m3, m5));
                    s.store_to(to.add(half + LANES), s.add(s.sub(m1, m2), s.add(m3, m6)));
                }
                let (end, mut rows) = ((position + 2 * len).min(self.positions), rows.cast_const());
                while position < end {
                    let (row, column) = (position / self.columns, position % self.columns);
                    let len = (self.columns - column).min(end - position);
                    for i in 0..2 {
                        let block = block + i * self.output_half;
                        if position == 0 {
                            sink.border(sample, block);
                        }
                        sink.take(s, Segment { sample, block, row, column, len }, rows.add(i * half));
                    }
                    (position, rows) = (position + len, rows.add(len * LANES));
                }
            }
            tile += len;
        }
    }
}

/// The blocks of channels that are left, of some positions of a sample.
struct Ahead {
    pairs: Pairs,
    sample: usize,
    position: usize,
    len: usize,
    blocks: Range<usize>,
}

impl points::Ahead for Ahead {
    #[inline(always)]
    fn lines(&mut self) -> Next {
        let Some(block) = self.blocks.next() else { return Next::NONE };
        let Pairs { stride, half, .. } = self.pairs;
        // Asked for with each channel of half of them.
        let step = (self.len * stride[1] * LANES).div_ceil(half * LANES);
        Next { at: self.pairs.at(self.sample, self.position, block), step }
    }
}
