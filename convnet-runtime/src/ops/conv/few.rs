//! A convolution of planes with few filters: neighbouring positions fill the vectors, where blocks of filters would be
//! mostly padding. The sums are then turned into blocks for the [`Sink`], behind a pool the largest ones alone.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use std::mem::MaybeUninit;
use std::ops::Range;

use super::few_columns::{Largest, TOGETHER};
use super::few_tile::{self, FILTERS, HALF, Positions};
use super::sweep::{NOTHING, Segment, Sink};
use super::{Algorithm, Geometry};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{cut, parallel};
use crate::cpu::view::View;

/// Positions of a strip, and vectors of them.
const POSITIONS: usize = 512;
pub const VECTORS: usize = POSITIONS / LANES;
/// From a filter's sums to the next's: no power of two.
pub const STEP: usize = POSITIONS + LANES;
/// Windows of the pool in a pair of rows of a half.
const WINDOWS: usize = HALF / 2;

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
    /// Instead of them, filters at the points of their columns.
    pub points: Option<&'a [f32]>,
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

/// Room for sixteen positions, turned.
#[repr(C, align(64))]
struct Turned([[f32; LANES]; LANES]);

/// The largest sums of the pool's windows, turned, and the words that say where they were.
#[repr(C, align(64))]
struct Winners {
    sums: [[f32; LANES]; VECTORS * WINDOWS],
    winners: [u32; VECTORS * WINDOWS],
}

/// Some of the halves of a sample's lines. A line is a row, or a pair of rows.
pub struct Strip<'a, K> {
    /// All of it.
    pub few: &'a Few<'a, K>,
    /// The sample.
    pub sample: usize,
    /// From 0 for the first half of the first line.
    pub halves: Range<usize>,
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
        // Tiles of a strip are whole.
        let unit = self.points.map_or(1, |_| TOGETHER / self.together() * self.columns().div_ceil(HALF));
        let units = halves.div_ceil(unit);
        let strips = units.div_ceil(POSITIONS / HALF / self.together() / unit);
        let taps = self.geometry.kernel[0] * self.geometry.kernel[1] * self.geometry.input[2];
        let work = 2 * self.samples * rows * columns * filters * taps;
        parallel(self.samples * strips, work, |i| {
            let (sample, strip) = (i / strips, i % strips);
            if strip == 0 {
                // SAFETY: the first strip of a sample writes its border.
                unsafe { self.sink.border(sample, 0) };
            }
            let [start, end] = [strip, strip + 1].map(|i| halves.min(cut(units, strips, i) * unit));
            let strip = Strip { few: self, sample, halves: start..end };
            if self.points.is_some() && self.is_largest() {
                dispatch(Largest(strip));
            } else {
                dispatch(strip);
            }
        });
    }

    /// The sink wants no more than the largest sums of the pool's windows.
    #[inline(always)]
    fn is_largest(&self) -> bool {
        self.pool && self.sink.wants_largest() && self.sink.winners(NOTHING).is_none()
    }

    /// Rows of a line.
    #[inline(always)]
    pub fn together(&self) -> usize {
        if self.pool { 2 } else { 1 }
    }

    /// Columns that count.
    #[inline(always)]
    pub fn columns(&self) -> usize {
        self.geometry.output[1] / self.together() * self.together()
    }
}

/// Eight neighbours.
#[derive(Clone, Copy)]
pub struct Half {
    /// The line.
    pub line: usize,
    /// The first column.
    pub start: usize,
    /// The first one that the half before does not have, too: this one may be the last of its line.
    pub column: usize,
}

impl<K: Sink> Strip<'_, K> {
    /// The halves, one after the other.
    #[inline(always)]
    pub fn each(&self) -> impl Iterator<Item = Half> {
        let last = self.few.columns() - HALF;
        let each = self.few.columns().div_ceil(HALF);
        let (mut line, mut half) = (self.halves.start / each, self.halves.start % each);
        self.halves.clone().map(move |_| {
            let start = (half * HALF).min(last);
            let this = Half { line, start, column: half * HALF };
            half += 1;
            if half == each {
                (line, half) = (line + 1, 0);
            }
            this
        })
    }

    /// Computes the sums tap by tap: of two halves each, or with a pool of a half and those below it.
    #[inline(always)]
    unsafe fn by_taps<S: Simd>(&self, s: S, sums: *mut f32) {
        let Self { few, sample, ref halves } = *self;
        let vectors = if few.pool { halves.len() } else { halves.len().div_ceil(2) };
        let mut places = [[0; 2]; VECTORS];
        for (i, Half { line, start, .. }) in self.each().enumerate() {
            let at = line * few.together() * few.x.row + start;
            match (few.pool, i % 2) {
                (true, _) => places[i] = [at, at + few.x.row],
                (false, 0) => places[i / 2] = [at; 2],
                (false, _) => places[i / 2][1] = at,
            }
        }
        let Geometry { kernel, dilation, input, output, pad, .. } = few.geometry;
        let [up, left] = pad.map(|pad| -(pad as isize));
        let positions = Positions {
            taps: [input[2], kernel[0], kernel[1]],
            steps: [few.x.plane, dilation[0] * few.x.row, dilation[1]],
            points: 1,
            x: few.x.at(sample, 0, up, left),
            places: &places[..vectors],
            w: few.w,
            sums: few_tile::Sums { at: sums, filter: STEP, point: 0 },
        };
        // SAFETY: the caller's promise.
        unsafe { positions.all(s, output[2]) };
    }

    /// Hands all sums to the sink; with a pool a vector has eight positions of a row and those below them.
    #[inline(always)]
    unsafe fn give<S: Simd>(&self, s: S, sums: *const f32) {
        let Self { few, sample, .. } = *self;
        let together = few.together();
        let mut memory = MaybeUninit::<Turned>::uninit();
        let turned = memory.as_mut_ptr().cast::<f32>();
        for (i, Half { line, start, column }) in self.each().enumerate() {
            let again = column - start;
            let len = (HALF - again) / together;
            let at = Segment { sample, block: 0, row: line, column: column / together, len };
            let (vector, high) = if few.pool { (i, false) } else { (i / 2, i % 2 == 1) };
            let first = turned.wrapping_add((usize::from(high) * HALF + again) * LANES);
            // SAFETY: the sums of these positions have been computed; the sink can take them, they are this task's.
            unsafe {
                if !high {
                    let filters = few.geometry.output[2];
                    let mut rows = [s.zero(); LANES];
                    for f in 0..FILTERS {
                        if f < filters {
                            rows[f] = s.load_from(sums.add(f * STEP + vector * LANES));
                        }
                    }
                    let columns = s.transpose(rows);
                    for i in 0..LANES {
                        s.store_to(turned.add(i * LANES), columns[i]);
                    }
                }
                if few.pool {
                    few.sink.take_pairs(s, at, first, first.add(HALF * LANES));
                } else {
                    few.sink.take(s, at, first);
                }
            }
        }
    }

    /// One row for each filter, the last one's for those that are missing: the sums of eight positions, or of those below, of
    /// two vectors.
    #[inline(always)]
    unsafe fn rows<S: Simd, const N: usize>(&self, s: S, sums: *const f32, vector: usize) -> [S::V; N] {
        let next = (vector + 1).min(self.halves.len() - 1);
        let filters = self.few.geometry.output[2];
        let mut rows = [s.zero(); N];
        for i in 0..N {
            let from = sums.wrapping_add((i % FILTERS).min(filters - 1) * STEP + i / FILTERS * HALF);
            // SAFETY: the caller's promise.
            rows[i] = unsafe { s.load_halves(from.add(vector * LANES), from.add(next * LANES)) };
        }
        rows
    }

    /// Hands the largest sums of the pool's windows to the sink.
    #[inline(always)]
    unsafe fn give_largest<S: Simd>(&self, s: S, sums: *const f32) {
        let windows = |Half { line, start, column }| {
            let at = Segment { sample: self.sample, block: 0, row: line, column: column / 2, len: 0 };
            Segment { len: (HALF - (column - start)) / 2, ..at }
        };
        let mut each = self.each().map(windows);
        for vector in (0..self.halves.len()).step_by(2) {
            let at = [each.next().unwrap_or(NOTHING), each.next().unwrap_or(NOTHING)];
            // SAFETY: the sums of both vectors have been computed; the sink can take them, they are this task's.
            unsafe {
                let rows: [_; 2 * FILTERS] = self.rows(s, sums, vector);
                let mut larger = [s.zero(); FILTERS];
                for f in 0..FILTERS {
                    larger[f] = s.max(rows[FILTERS + f], rows[f]);
                }
                self.few.sink.take_windows(s, at, s.turn_pairs(larger));
            }
        }
    }

    /// The same, and where they were.
    #[inline(always)]
    unsafe fn give_winners<S: Simd>(&self, s: S, sums: *const f32) {
        let Self { few, sample, .. } = *self;
        let mut memory = MaybeUninit::<Winners>::uninit();
        // SAFETY: fields of the local memory, by address.
        let (largest, winners) = unsafe {
            let memory = memory.as_mut_ptr();
            ((&raw mut (*memory).sums).cast::<f32>(), (&raw mut (*memory).winners).cast::<u32>())
        };
        let own = (1 << few.geometry.output[2]) - 1;
        for vector in (0..self.halves.len()).step_by(2) {
            // SAFETY: the sums of both vectors have been computed; there is room for all windows.
            unsafe {
                let columns = s.transpose(self.rows(s, sums, vector));
                for j in 0..2 * WINDOWS {
                    let (v, word) = winner(s, columns[2 * j], columns[2 * j + 1], own);
                    s.store_to(largest.add((vector * WINDOWS + j) * LANES), v);
                    winners.add(vector * WINDOWS + j).write(word);
                }
            }
        }
        let give = |segment: Segment, first: usize| {
            // SAFETY: they have been written above; the sink can take them, they are this task's.
            unsafe {
                few.sink.take(s, segment, largest.add(first * LANES));
                if let Some(to) = few.sink.winners(segment) {
                    to.copy_from_nonoverlapping(winners.add(first), segment.len);
                }
            }
        };
        let (mut segment, mut first) = (NOTHING, 0);
        for (i, Half { line, start, column }) in self.each().enumerate() {
            let again = column - start;
            let len = (HALF - again) / 2;
            if segment.len > 0 && segment.row == line && again == 0 {
                segment.len += len;
                continue;
            }
            if segment.len > 0 {
                give(segment, first);
            }
            segment = Segment { sample, block: 0, row: line, column: column / 2, len };
            first = i * WINDOWS + again / 2;
        }
        give(segment, first);
    }
}

/// The largest sums of a window, whose upper ones are lanes 0 to 7 and whose lower ones the others, and the word that says
/// where they were, of the filters whose bit is in `own`. The first of equals wins.
#[inline(always)]
fn winner<S: Simd>(s: S, left: S::V, right: S::V, own: u16) -> (S::V, u32) {
    let on_right = s.gt(right, left);
    let above = s.select(on_right, right, left);
    let under = s.swap(above);
    let below = s.gt(under, above);
    let [rows, columns] = [s.bits(below) & own, s.bits(on_right)];
    let columns = columns >> HALF & rows | columns & own & !rows;
    (s.select(below, under, above), u32::from(rows) << 16 | u32::from(columns))
}

impl<K: Sink> Kernel for Strip<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let few = self.few;
        let mut memory = MaybeUninit::<Sums>::uninit();
        let sums = memory.as_mut_ptr().cast::<f32>();
        // SAFETY: the windows of all positions lie in the input, and there is room for the sums; the sink can take them.
        unsafe {
            match few.points {
                Some(points) => self.by_columns(s, points, sums),
                None => self.by_taps(s, sums),
            }
            if few.is_largest() {
                self.give_largest(s, sums);
            } else if few.pool && few.sink.wants_largest() {
                self.give_winners(s, sums);
            } else {
                self.give(s, sums);
            }
        }
    }
}
