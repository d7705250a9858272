//! A convolution of planes with few filters: neighbouring positions fill the vectors, where blocks of filters would be
//! mostly padding. The sums are then turned into blocks for the [`Sink`].

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use std::mem::MaybeUninit;

use super::sweep::{Segment, Sink};
use super::{Algorithm, Geometry};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{cut, parallel};
use crate::cpu::view::View;

/// Most filters.
const FILTERS: usize = 8;
/// Sums of a filter that are kept before they are turned: two rows, or many short ones.
const POSITIONS: usize = 512;

/// Whether a convolution has few filters, over positions that lie side by side in its input.
pub fn fits(geometry: &Geometry) -> bool {
    geometry.algorithm == Algorithm::Planar
        && geometry.output[2] <= FILTERS
        && geometry.stride == [1, 1]
        && geometry.output[1] >= LANES
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

/// Some rows and columns of a sample.
struct Strip<'a, K> {
    few: &'a Few<'a, K>,
    sample: usize,
    rows: [usize; 2],
    columns: [usize; 2],
    /// The rows follow each other as they lie in the input, whatever lies between their ends and beginnings included.
    flat: bool,
}

impl<K: Sink> Few<'_, K> {
    /// Computes all sums.
    ///
    /// # Safety
    /// The windows lie in the input, nobody writes there meanwhile, the weights are complete and the sink can take every
    /// segment.
    pub unsafe fn run(&self) {
        let [rows, columns, filters] = self.geometry.output;
        // Rows that go together, and the positions that count.
        let together = if self.pool { 2 } else { 1 };
        let (lines, columns) = (rows / together, columns / together * together);
        let flat = together * self.x.row <= POSITIONS;
        let (strips, pieces) = if flat {
            (lines.div_ceil(POSITIONS / (together * self.x.row)), 1)
        } else {
            (lines, columns.div_ceil(POSITIONS / 2))
        };
        let taps = self.geometry.kernel[0] * self.geometry.kernel[1] * self.geometry.input[2];
        let work = 2 * self.samples * rows * columns * filters * taps;
        parallel(self.samples * strips * pieces, work, |i| {
            let (sample, strip, piece) = (i / (strips * pieces), i / pieces % strips, i % pieces);
            if strip + piece == 0 {
                // SAFETY: the first strip of a sample writes its border.
                unsafe { self.sink.border(sample, 0) };
            }
            dispatch(Strip {
                few: self,
                sample,
                rows: [0, 1].map(|end| together * cut(lines, strips, strip + end)),
                columns: [0, 1].map(|end| together * cut(columns / together, pieces, piece + end)),
                flat,
            });
        });
    }
}

impl<K: Sink> Kernel for Strip<'_, K> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let few = self.few;
        let filters = few.geometry.output[2];
        let [rows, columns] = [self.rows, self.columns].map(|[start, end]| end - start);
        // From a row of sums to the next; runs of positions that follow each other in the input, and their length.
        let (step, runs, len) =
            if self.flat { (few.x.row, 1, (rows - 1) * few.x.row + columns) } else { (POSITIONS / 2, rows, columns) };
        let mut memory = MaybeUninit::<[[f32; POSITIONS]; FILTERS]>::uninit();
        let sums = memory.as_mut_ptr().cast::<f32>();
        let most = if const { S::TILE_BLOCKS > 1 } { FILTERS } else { 6 };
        let groups = filters.div_ceil(most);
        let [up, left] = few.geometry.pad.map(|pad| pad as isize);
        for i in 0..runs {
            let x = few.x.at(self.sample, 0, (self.rows[0] + i) as isize - up, self.columns[0] as isize - left);
            for group in 0..groups {
                let [first, end] = [cut(filters, groups, group), cut(filters, groups, group + 1)];
                let positions = Positions {
                    geometry: few.geometry,
                    plane: few.x.plane,
                    row: few.x.row,
                    x,
                    w: few.w.wrapping_add(first),
                    len,
                    sums: sums.wrapping_add(first * POSITIONS + i * step),
                };
                // SAFETY: the windows of all positions lie in the input: those between two rows lie before others of the
                // same plane. There is room for the sums: a run has at most `POSITIONS` of them, all runs together too.
                unsafe { positions.all(s, end - first) };
            }
        }
        let together = if few.pool { 2 } else { 1 };
        for row in (0..rows).step_by(together) {
            let mut done = 0;
            while done < columns {
                // The last sixteen begin among those before.
                let start = done.min(columns - LANES);
                let mut turned = MaybeUninit::<[[[f32; LANES]; LANES]; 2]>::uninit();
                let turned = turned.as_mut_ptr().cast::<f32>();
                let at = Segment {
                    sample: self.sample,
                    block: 0,
                    row: (self.rows[0] + row) / together,
                    column: (self.columns[0] + done) / together,
                    len: (start + LANES - done) / together,
                };
                // SAFETY: the sums of these positions have been computed; the sink can take them.
                unsafe {
                    for i in 0..together {
                        turn(s, filters, sums.add((row + i) * step + start), turned.add(i * LANES * LANES));
                    }
                    let first = turned.add((done - start) * LANES);
                    if few.pool {
                        few.sink.take_pairs(s, at, first, first.add(LANES * LANES));
                    } else {
                        few.sink.take(s, at, first);
                    }
                }
                done = start + LANES;
            }
        }
    }
}

/// Sixteen positions of some filters, `[filter][POSITIONS]`, become `[position][16]`.
#[inline(always)]
unsafe fn turn<S: Simd>(s: S, filters: usize, sums: *const f32, to: *mut f32) {
    let mut rows = [s.zero(); LANES];
    for f in 0..FILTERS {
        if f < filters {
            // SAFETY: the caller's promise.
            rows[f] = unsafe { s.load_from(sums.add(f * POSITIONS)) };
        }
    }
    for (i, v) in s.transpose(rows).into_iter().enumerate() {
        // SAFETY: as above.
        unsafe { s.store_to(to.add(i * LANES), v) };
    }
}

/// Positions that follow each other in the input.
#[derive(Clone, Copy)]
struct Positions<'a> {
    geometry: &'a Geometry,
    /// From a plane of the input to the next.
    plane: usize,
    /// From a row to the next.
    row: usize,
    /// The first tap of the first position.
    x: *const f32,
    /// The first filter's weights.
    w: *const f32,
    /// Positions, at least 16.
    len: usize,
    /// `[filter][POSITIONS]`
    sums: *mut f32,
}

impl Positions<'_> {
    /// `sums[f][p] = sum over taps of w[tap, f] x[p + tap]`
    #[inline(always)]
    unsafe fn all<S: Simd>(self, s: S, filters: usize) {
        macro_rules! choose {
            ($($f:literal: $many:literal $few:literal),*) => {
                match filters {
                    $($f if const { S::TILE_BLOCKS > 1 } && self.len >= $many * LANES => {
                        s.vectorize(Tiles::<$f, $many>(self));
                    }
                    $f if self.len >= $few * LANES => s.vectorize(Tiles::<$f, $few>(self)),
                    $f => s.vectorize(Tiles::<$f, 1>(self)),)*
                    _ => unreachable!("a tile of {filters} filters"),
                }
            };
        }
        choose!(1: 8 6, 2: 8 3, 3: 8 2, 4: 6 1, 5: 5 1, 6: 4 1, 7: 4 1, 8: 3 1);
    }
}

/// Tiles of `F` filters and `V` vectors of positions; the last one begins among the positions of the one before.
struct Tiles<'a, const F: usize, const V: usize>(Positions<'a>);

impl<const F: usize, const V: usize> Kernel for Tiles<'_, F, V> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Positions { geometry, plane, row, x, w, len, sums } = self.0;
        let [rows, columns] = geometry.kernel;
        let [down, right] = geometry.dilation;
        let mut done = 0;
        while done < len {
            let start = done.min(len - V * LANES);
            let mut acc = [[s.zero(); F]; V];
            let mut w = w;
            for c in 0..geometry.input[2] {
                for fy in 0..rows {
                    for fx in 0..columns {
                        // SAFETY: the promise of whoever called `Positions::all`.
                        unsafe {
                            let x = x.add(c * plane + fy * down * row + fx * right + start);
                            let mut a = [s.zero(); V];
                            for v in 0..V {
                                a[v] = s.load_from(x.add(v * LANES));
                            }
                            for f in 0..F {
                                let b = s.splat(*w.add(f));
                                for v in 0..V {
                                    acc[v][f] = s.fma(a[v], b, acc[v][f]);
                                }
                            }
                        }
                        w = w.wrapping_add(LANES);
                    }
                }
            }
            for v in 0..V {
                for f in 0..F {
                    // SAFETY: as above.
                    unsafe { s.store_to(sums.add(f * POSITIONS + start + v * LANES), acc[v][f]) };
                }
            }
            done = start + V * LANES;
        }
    }
}
