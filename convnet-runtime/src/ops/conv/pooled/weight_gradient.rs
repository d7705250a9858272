//! The gradient of the weights: for each filter, the sum over its events of gradient times window.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use super::events::Events;
use super::{HALF, MOST_PIECES, TILE, held};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::cut;
use crate::cpu::view::View;
use crate::layers::Conv;
use crate::ops::conv::held::Held;
use crate::ops::conv::span::Span;
use crate::ops::conv::{Algorithm, Backward, Geometry, pack};

/// Halves of a row of taps.
fn row(geometry: &Geometry) -> usize {
    (geometry.kernel[1] * held(geometry).step).div_ceil(HALF)
}

/// Vectors of a window: two halves each, perhaps of different rows.
pub fn pieces(geometry: &Geometry) -> usize {
    (geometry.kernel[0] * row(geometry)).div_ceil(2)
}

/// Floats of the sums of a part: the bias's, `[filter]`, then `[filter][piece][16]`, and room to read a vector from the last.
pub fn floats(geometry: &Geometry) -> usize {
    let filters = geometry.output[2];
    filters.next_multiple_of(LANES) + (filters * pieces(geometry) + 1) * LANES
}

/// Where the halves of a piece lie in a window. The last one may have one twice.
fn halves(geometry: &Geometry, held: &Held, piece: usize) -> [usize; 2] {
    let (row, last) = (row(geometry), geometry.kernel[0] * row(geometry) - 1);
    [2 * piece, (2 * piece + 1).min(last)].map(|half| half / row * geometry.dilation[0] * held.row + half % row * HALF)
}

/// Adds a sample's products.
pub struct One<'a> {
    /// The convolution.
    pub geometry: &'a Geometry,
    /// What there is of events.
    pub events: &'a Events,
    /// The layout of `memory`.
    pub held: &'a Held,
    /// The input.
    pub x: View,
    /// The sample.
    pub sample: usize,
    /// Its events.
    pub list: &'a [f32],
    /// Room for the sample.
    pub memory: &'a mut [f32],
    /// `[filter][piece][16]`
    pub weights: &'a mut [f32],
}

impl Kernel for One<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { geometry, events, held, x, sample, list, memory, weights } = self;
        // SAFETY: `backward` has checked the input's size and border.
        unsafe { held.copy(s, geometry, &x, sample, memory) };
        let pieces = pieces(geometry);
        let mut places = [[0; 2]; MOST_PIECES];
        for (i, place) in places.iter_mut().enumerate().take(pieces) {
            *place = halves(geometry, held, i);
        }
        let (gradients, starts) = list.split_at(list.len() / 2);
        let tiles = pieces.div_ceil(TILE);
        for tile in 0..tiles {
            let [first, end] = [0, 1].map(|i| cut(pieces, tiles, tile + i));
            let tile = Tile {
                x: memory.as_ptr(),
                gradients: gradients.as_ptr(),
                starts: starts.as_ptr().cast(),
                count: events.count,
                filters: geometry.output[2],
                halves: &places[first..end],
                sums: weights[first * LANES..].as_mut_ptr(),
                each: pieces * LANES,
            };
            match end - first {
                1 => s.vectorize(Sum::<1, 4>(tile)),
                2 => s.vectorize(Sum::<2, 2>(tile)),
                3 => s.vectorize(Sum::<3, 2>(tile)),
                4 => s.vectorize(Sum::<4, 1>(tile)),
                5 => s.vectorize(Sum::<5, 1>(tile)),
                _ => s.vectorize(Sum::<TILE, 1>(tile)),
            }
        }
    }
}

/// `sums[k][t] += sum over events of filter k of gradient x[start + halves[t]]`
struct Tile<'a> {
    x: *const f32,
    gradients: *const f32,
    starts: *const u32,
    /// From a filter's events to the next's.
    count: usize,
    filters: usize,
    halves: &'a [[usize; 2]],
    sums: *mut f32,
    /// From a filter's sums to the next's.
    each: usize,
}

/// `T` pieces, `U` events at a time.
struct Sum<'a, const T: usize, const U: usize>(Tile<'a>);

impl<const T: usize, const U: usize> Kernel for Sum<'_, T, U> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Tile { x, mut gradients, mut starts, count, filters, halves, mut sums, each } = self.0;
        let mut places = [[x; 2]; T];
        for t in 0..T {
            let [low, high] = halves[t];
            places[t] = [x.wrapping_add(low), x.wrapping_add(high)];
        }
        for _ in 0..filters {
            let mut acc = [[s.zero(); T]; U];
            // SAFETY: the lists are whole, and their places those of windows in the sample, behind which there is room for a
            // vector; there is room for the sums.
            unsafe {
                for i in (0..count).step_by(U) {
                    for u in 0..U {
                        let (gradient, start) = (s.splat(*gradients.add(i + u)), *starts.add(i + u) as usize);
                        for t in 0..T {
                            let [low, high] = places[t];
                            let x = s.load_halves(low.wrapping_add(start), high.wrapping_add(start));
                            acc[u][t] = s.fma(x, gradient, acc[u][t]);
                        }
                    }
                }
                for t in 0..T {
                    let to = sums.add(t * LANES);
                    let mut sum = acc[0][t];
                    for u in 1..U {
                        sum = s.add(sum, acc[u][t]);
                    }
                    s.store_to(to, s.add(s.load_from(to), sum));
                }
            }
            gradients = gradients.wrapping_add(count);
            starts = starts.wrapping_add(count);
            sums = sums.wrapping_add(each);
        }
    }
}

/// Adds the parts, in order, and brings the sums into the order of the parameters.
pub fn finish(pass: &Backward, sums: &[f32], parts: usize, conv: &mut Conv) {
    let geometry = &pass.stage.geometry;
    let filters = geometry.output[2];
    let parts = &sums[..parts * floats(geometry)];
    if !conv.bias.is_empty() {
        let gradient = &mut conv.bias.gradient_mut()[..filters.next_multiple_of(LANES)];
        if !pass.accumulate {
            gradient.fill(0.0);
        }
        dispatch(Bias { each: floats(geometry), parts, gradient });
    }
    let gradient = &mut conv.weight.gradient_mut()[..pack::packed_len(geometry)];
    if !pass.accumulate {
        gradient.fill(0.0);
    }
    dispatch(Weights { geometry, parts, gradient });
}

/// The sums of all parts from here on, in their order.
#[inline(always)]
fn total<S: Simd>(s: S, parts: &[f32], each: usize, at: usize) -> S::V {
    let mut total = s.zero();
    for (i, part) in parts.chunks_exact(each).enumerate() {
        let sums = s.load(part[at..].first_chunk().expect("there is room behind the last"));
        total = if i == 0 { sums } else { s.add(total, sums) };
    }
    total
}

struct Bias<'a> {
    /// From a part to the next.
    each: usize,
    parts: &'a [f32],
    gradient: &'a mut [f32],
}

impl Kernel for Bias<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for (i, to) in self.gradient.as_chunks_mut().0.iter_mut().enumerate() {
            s.store(to, s.add(s.load(to), total(s, self.parts, self.each, i * LANES)));
        }
    }
}

struct Weights<'a> {
    geometry: &'a Geometry,
    parts: &'a [f32],
    gradient: &'a mut [f32],
}

impl Kernel for Weights<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { geometry, parts, gradient } = self;
        let [depth, filters] = [geometry.input[2], geometry.output[2]];
        let (blocks, each, step) = (Span::forward(geometry).len, floats(geometry), held(geometry).step);
        let [rows, columns] = geometry.kernel;
        for k in (0..filters).step_by(LANES) {
            for y in 0..rows {
                // Sixteen lanes of a row of taps of all filters at a time: then sixteen filters of each lane.
                let (mut x, mut channel) = (0, 0);
                for lane in (0..columns * step).step_by(LANES) {
                    let mut lanes = [s.zero(); LANES];
                    for i in 0..LANES.min(filters - k) {
                        let own = (k + i) * pieces(geometry) * LANES + y * row(geometry) * HALF;
                        lanes[i] = total(s, parts, each, filters.next_multiple_of(LANES) + own + lane);
                    }
                    let lanes = s.transpose(lanes);
                    let mut sums = [[0.0; LANES]; LANES];
                    for i in 0..LANES {
                        s.store(&mut sums[i], lanes[i]);
                    }
                    for sum in &sums[..LANES.min(columns * step - lane)] {
                        if channel < depth {
                            let tap = |plane: usize| (plane * rows + y) * columns + x;
                            let at = match geometry.algorithm {
                                Algorithm::Planar => tap(k / LANES * depth + channel),
                                _ => tap(k / LANES * blocks + channel / LANES) * LANES + channel % LANES,
                            };
                            let to = gradient[at * LANES..].first_chunk_mut().expect("there are all weights");
                            s.store(to, s.add(s.load(to), s.load(sum)));
                        }
                        channel += 1;
                        if channel == step {
                            (x, channel) = (x + 1, 0);
                        }
                    }
                }
            }
        }
    }
}
