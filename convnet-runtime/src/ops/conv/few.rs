//! A convolution of planes with few filters: neighbouring positions fill the vectors, where blocks of filters would be
//! mostly padding. The sums are then turned into blocks for the [`Sink`].

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use std::mem::MaybeUninit;
use std::ops::Range;

use super::sweep::{Segment, Sink};
use super::{Algorithm, Geometry};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{cut, parallel};
use crate::cpu::view::View;

/// Most filters.
const FILTERS: usize = 8;
/// Neighbours in a row: a vector takes them from two places, so that rows need not be whole vectors.
const HALF: usize = LANES / 2;
/// Sums of a filter that are kept before they are turned.
const POSITIONS: usize = 512;
/// Vectors of them.
const VECTORS: usize = POSITIONS / LANES;
/// From a filter's sums to the next's: not a power of two, so that they fall on different places of a cache.
const STEP: usize = POSITIONS + LANES;

/// Whether a convolution has few filters, over positions that lie side by side in its input.
pub fn fits(geometry: &Geometry) -> bool {
    geometry.algorithm == Algorithm::Planar
        && geometry.output[2] <= FILTERS
        && geometry.stride == [1, 1]
        && geometry.output[1] >= HALF
}

/// All sums of a convolution.
pub struct Few<'a, K> {
    /// A convolution that `fits`.
    pub geometry: &'a Geometry,
    /// Its input.
    pub x: View,
    /// Packed weights.
    pub w: *const f32,
    /// Samples.
    pub samples: usize,
    /// The sink wants pairs of rows.
    pub pool: bool,
    /// Takes the sums.
    pub sink: &'a K,
}

// SAFETY: what it points to is only read; whoever calls `run` promises that nobody writes there meanwhile.
unsafe impl<K: Sync> Sync for Few<'_, K> {}

/// Room for the sums of a strip.
#[repr(C, align(64))]
struct Sums([[f32; STEP]; FILTERS]);

/// Room for sixteen positions of two rows, turned.
#[repr(C, align(64))]
struct Turned([[[f32; LANES]; LANES]; 2]);

/// Some of the halves of a sample's lines. A line is a row, or a pair of rows.
struct Strip<'a, K> {
    few: &'a Few<'a, K>,
    sample: usize,
    /// From 0 for the first half of the first line.
    halves: Range<usize>,
}

impl<K: Sink> Few<'_, K> {
    /// Computes all sums.
    ///
    /// # Safety
    /// The windows lie in the input, nobody writes there meanwhile, the weights are complete and the sink can take every
    /// segment.
    pub unsafe fn run(&self) {
        let [rows, columns, filters] = self.geometry.output;
        let halves = rows / self.together() * self.columns().div_ceil(HALF);
        let strips = halves.div_ceil(POSITIONS / HALF / self.together());
        let taps = self.geometry.kernel[0] * self.geometry.kernel[1] * self.geometry.input[2];
        let work = 2 * self.samples * rows * columns * filters * taps;
        parallel(self.samples * strips, work, |i| {
            let (sample, strip) = (i / strips, i % strips);
            if strip == 0 {
                // SAFETY: the first strip of a sample writes its border.
                unsafe { self.sink.border(sample, 0) };
            }
            dispatch(Strip { few: self, sample, halves: cut(halves, strips, strip)..cut(halves, strips, strip + 1) });
        });
    }

    /// Rows of a line.
    #[inline(always)]
    fn together(&self) -> usize {
        if self.pool { 2 } else { 1 }
    }

    /// Columns that count.
    #[inline(always)]
    fn columns(&self) -> usize {
        self.geometry.output[1] / self.together() * self.together()
    }
}

impl<K: Sink> Kernel for Strip<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { few, sample, halves } = self;
        let (together, columns, filters) = (few.together(), few.columns(), few.geometry.output[2]);
        // The last half of a line begins among those before.
        let each = columns.div_ceil(HALF);
        let begin = |half: usize| (half * HALF).min(columns - HALF);
        let next = |line: &mut usize, half: &mut usize| {
            *half += 1;
            if *half == each {
                (*line, *half) = (*line + 1, 0);
            }
        };
        let first = (halves.start / each, halves.start % each);
        // All first rows' vectors, then all second ones'; the last vector may have a half twice.
        let vectors = halves.len().div_ceil(2);
        let mut places = [[0; 2]; VECTORS];
        for row in 0..together {
            let (mut line, mut half) = first;
            for to in places[row * vectors..][..vectors].as_flattened_mut() {
                *to = (line * together + row) * few.x.row + begin(half);
                if line * each + half + 1 < halves.end {
                    next(&mut line, &mut half);
                }
            }
        }
        let mut memory = MaybeUninit::<Sums>::uninit();
        let sums = memory.as_mut_ptr().cast::<f32>();
        let most = if const { S::TILE_BLOCKS > 1 } { FILTERS } else { 6 };
        let groups = filters.div_ceil(most);
        let [up, left] = few.geometry.pad.map(|pad| -(pad as isize));
        for group in 0..groups {
            let [first, end] = [cut(filters, groups, group), cut(filters, groups, group + 1)];
            let positions = Positions {
                geometry: few.geometry,
                plane: few.x.plane,
                row: few.x.row,
                x: few.x.at(sample, 0, up, left),
                places: &places[..together * vectors],
                w: few.w.wrapping_add(first),
                sums: sums.wrapping_add(first * STEP),
            };
            // SAFETY: the windows of all positions lie in the input, and there is room for the sums.
            unsafe { positions.all(s, end - first) };
        }
        let larger = few.pool && few.sink.wants_larger();
        let (mut line, mut half) = first;
        for vector in 0..vectors {
            let mut turned = MaybeUninit::<Turned>::uninit();
            let turned = turned.as_mut_ptr().cast::<f32>();
            let (top, bottom) = (sums.wrapping_add(vector * LANES), sums.wrapping_add((vectors + vector) * LANES));
            // SAFETY: the sums of these positions have been computed.
            unsafe {
                if larger {
                    turn(s, filters, |f| s.max(s.load_from(bottom.add(f)), s.load_from(top.add(f))), turned);
                } else {
                    turn(s, filters, |f| s.load_from(top.add(f)), turned);
                    if few.pool {
                        turn(s, filters, |f| s.load_from(bottom.add(f)), turned.add(LANES * LANES));
                    }
                }
            }
            for i in 0..(halves.len() - 2 * vector).min(2) {
                let (column, start) = (half * HALF, begin(half));
                let len = HALF - (column - start);
                let at = Segment { sample, block: 0, row: line, column: column / together, len: len / together };
                next(&mut line, &mut half);
                // SAFETY: the sink can take these positions; they are this task's.
                unsafe {
                    let first = turned.add((i * HALF + column - start) * LANES);
                    match (few.pool, larger) {
                        (false, _) => few.sink.take(s, at, first),
                        (true, true) => few.sink.take_larger(s, at, first),
                        (true, false) => few.sink.take_pairs(s, at, first, first.add(LANES * LANES)),
                    }
                }
            }
        }
    }
}

/// Sixteen positions of some filters, of which `row` gives those that begin so many floats after the first's, become
/// `[position][16]`.
#[inline(always)]
unsafe fn turn<S: Simd>(s: S, filters: usize, row: impl Fn(usize) -> S::V, to: *mut f32) {
    let mut rows = [s.zero(); LANES];
    for f in 0..FILTERS {
        if f < filters {
            rows[f] = row(f * STEP);
        }
    }
    for (i, v) in s.transpose(rows).into_iter().enumerate() {
        // SAFETY: the caller's promise.
        unsafe { s.store_to(to.add(i * LANES), v) };
    }
}

/// Vectors of positions.
#[derive(Clone, Copy)]
struct Positions<'a> {
    geometry: &'a Geometry,
    /// From a plane of the input to the next.
    plane: usize,
    /// From a row to the next.
    row: usize,
    /// The first tap of the first position of all.
    x: *const f32,
    /// Where the two halves of each vector begin.
    places: &'a [[usize; 2]],
    /// The first filter's weights.
    w: *const f32,
    /// `[filter][STEP]`
    sums: *mut f32,
}

impl Positions<'_> {
    /// `sums[f][p] = sum over taps of w[tap, f] x[p + tap]`
    #[inline(always)]
    unsafe fn all<S: Simd>(self, s: S, filters: usize) {
        macro_rules! choose {
            ($($f:literal: $many:literal $few:literal),*) => {
                match filters {
                    $($f if const { S::TILE_BLOCKS > 1 } && self.places.len() >= $many => {
                        s.vectorize(Tiles::<$f, $many>(self));
                    }
                    $f if self.places.len() >= $few => s.vectorize(Tiles::<$f, $few>(self)),
                    $f => s.vectorize(Tiles::<$f, 1>(self)),)*
                    _ => unreachable!("a tile of {filters} filters"),
                }
            };
        }
        choose!(1: 8 6, 2: 8 3, 3: 8 2, 4: 6 1, 5: 5 1, 6: 4 1, 7: 4 1, 8: 3 1);
    }
}

/// Tiles of `F` filters and `V` vectors of positions; the last one begins among those of the one before.
struct Tiles<'a, const F: usize, const V: usize>(Positions<'a>);

impl<const F: usize, const V: usize> Kernel for Tiles<'_, F, V> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Positions { geometry, plane, row, x, places, w, sums } = self.0;
        let [rows, columns] = geometry.kernel;
        let [down, right] = geometry.dilation;
        let mut done = 0;
        while done < places.len() {
            let start = done.min(places.len() - V);
            let mut from = [[x; 2]; V];
            for v in 0..V {
                let [low, high] = places[start + v];
                from[v] = [x.wrapping_add(low), x.wrapping_add(high)];
            }
            let mut acc = [[s.zero(); F]; V];
            let mut w = w;
            for c in 0..geometry.input[2] {
                for fy in 0..rows {
                    let mut tap = c * plane + fy * down * row;
                    for _ in 0..columns {
                        // SAFETY: the promise of whoever called `Positions::all`.
                        unsafe {
                            let mut a = [s.zero(); V];
                            for v in 0..V {
                                let [low, high] = from[v];
                                a[v] = s.load_halves(low.wrapping_add(tap), high.wrapping_add(tap));
                            }
                            for f in 0..F {
                                let b = s.splat(*w.add(f));
                                for v in 0..V {
                                    acc[v][f] = s.fma(a[v], b, acc[v][f]);
                                }
                            }
                        }
                        w = w.wrapping_add(LANES);
                        tap += right;
                    }
                }
            }
            for v in 0..V {
                for f in 0..F {
                    // SAFETY: as above.
                    unsafe { s.store_to(sums.add(f * STEP + (start + v) * LANES), acc[v][f]) };
                }
            }
            done = start + V;
        }
    }
}
