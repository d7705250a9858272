//! The gradient of the input: for each window of the pool, what its events give to all positions that one of its four sums
//! saw.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use super::events::Events;
use super::{MOST_PIECES, TILE, held};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::cut;
use crate::cpu::view::View;
use crate::layers::Conv;
use crate::ops::conv::Geometry;
use crate::ops::conv::held::Held;
use crate::ops::conv::span::Span;

/// Rows that the four sums of a window see, and the vectors of each: there is one position more than a filter has.
fn grid(geometry: &Geometry) -> [usize; 2] {
    let rows = (geometry.kernel[0] - 1) * geometry.dilation[0] + 2;
    [rows, ((geometry.kernel[1] + 1) * held(geometry).step).div_ceil(LANES)]
}

/// Vectors that the four sums of a window see.
pub fn pieces(geometry: &Geometry) -> usize {
    let [rows, vectors] = grid(geometry);
    rows * vectors
}

/// The filters as windows of a [`Held`] sample: row by row, a position of zeros before each row and, up to whole vectors,
/// behind it, and a row of zeros before the first and behind the last.
fn filter(geometry: &Geometry, held: &Held) -> usize {
    let [rows, vectors] = grid(geometry);
    (rows * held.row + held.step + vectors * LANES).next_multiple_of(LANES)
}

/// Filters as windows.
pub fn pack<'a>(geometry: &Geometry, held: &Held, conv: &'a mut Conv) -> &'a [f32] {
    let each = filter(geometry, held);
    let Conv { weight, scratch, .. } = conv;
    let len = geometry.output[2] * each;
    scratch.grow(len);
    let to = &mut scratch[..len];
    to.fill(0.0);
    dispatch(Pack { geometry, held, weights: weight.packed(), each, to });
    &scratch[..len]
}

struct Pack<'a> {
    geometry: &'a Geometry,
    held: &'a Held,
    weights: &'a [f32],
    /// Floats of a window.
    each: usize,
    to: &'a mut [f32],
}

impl Kernel for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { geometry, held, weights, each, to } = self;
        let (depth, blocks) = (geometry.input[2], Span::forward(geometry).len);
        let [rows, columns] = geometry.kernel;
        for (first, to) in to.chunks_mut(LANES * each).enumerate() {
            for (y, x) in (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x))) {
                let start = (y * geometry.dilation[0] + 1) * held.row + (x + 1) * held.step;
                for block in 0..depth.div_ceil(LANES) {
                    let tap = ((first * blocks + block) * rows + y) * columns + x;
                    let channels = weights[tap * LANES * LANES..].as_chunks().0;
                    let mut square = [s.zero(); LANES];
                    for i in 0..LANES {
                        square[i] = s.load(&channels[i]);
                    }
                    let filters = s.transpose(square);
                    for (i, to) in to.chunks_exact_mut(each).enumerate() {
                        // Zeros beyond the depth lie where the next tap goes.
                        let to = to[start + block * LANES..].first_chunk_mut().expect("there is room behind each row");
                        s.store(to, s.first(depth - block * LANES, filters[i]));
                    }
                }
            }
        }
    }
}

/// The gradient of a sample.
pub struct One<'a> {
    /// The convolution.
    pub geometry: &'a Geometry,
    /// What there is of events.
    pub events: &'a Events,
    /// The layout of `memory` and of the windows.
    pub held: &'a Held,
    /// Filters as windows.
    pub weights: &'a [f32],
    /// The sample's events.
    pub list: &'a [f32],
    /// Room for the gradient while it grows.
    pub memory: &'a mut [f32],
    /// Where it goes.
    pub dx: View,
    /// The sample.
    pub sample: usize,
    /// Add to what is there.
    pub accumulate: bool,
}

impl Kernel for One<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { geometry, events, held, weights, list, memory, dx, sample, accumulate } = self;
        memory.fill(0.0);
        let [_, vectors] = grid(geometry);
        let (pieces, each) = (pieces(geometry), filter(geometry, held));
        let mut places = [0; MOST_PIECES];
        for (i, place) in places.iter_mut().enumerate().take(pieces) {
            *place = i / vectors * held.row + i % vectors * LANES;
        }
        let (gradients, starts) = list.split_at(list.len() / 2);
        let tiles = pieces.div_ceil(TILE);
        for tile in 0..tiles {
            let [first, end] = [0, 1].map(|i| cut(pieces, tiles, tile + i));
            let tile = Tile {
                geometry,
                held,
                events,
                gradients: gradients.as_ptr(),
                starts: starts.as_ptr().cast(),
                w: weights.as_ptr().wrapping_add(held.row + held.step),
                each,
                places: &places[first..end],
                to: memory.as_mut_ptr(),
            };
            match end - first {
                1 => s.vectorize(Give::<1>(tile)),
                2 => s.vectorize(Give::<2>(tile)),
                3 => s.vectorize(Give::<3>(tile)),
                4 => s.vectorize(Give::<4>(tile)),
                5 => s.vectorize(Give::<5>(tile)),
                _ => s.vectorize(Give::<TILE>(tile)),
            }
        }
        // SAFETY: this task's sample of a gradient of the input's size.
        unsafe { held.give(s, geometry, memory, &dx, sample, accumulate) };
    }
}

/// `to[start + t] += sum over filters k of gradient w[k][start + places[t] - start of k]`, for the windows of the pool one after
/// the other.
struct Tile<'a> {
    geometry: &'a Geometry,
    held: &'a Held,
    events: &'a Events,
    gradients: *const f32,
    starts: *const u32,
    w: *const f32,
    /// From a filter's weights to the next's.
    each: usize,
    places: &'a [usize],
    to: *mut f32,
}

/// `T` pieces.
struct Give<'a, const T: usize>(Tile<'a>);

impl<const T: usize> Kernel for Give<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Tile { geometry, held, events, gradients, starts, w, each, places, to } = self.0;
        let places: &[usize; T] = places.first_chunk().expect("as many as the tile has");
        let (count, filters, [height, width]) = (events.count, geometry.output[2], events.windows);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let (start, window) = (held.start(2 * y, 2 * x), y * width + x);
            let (mut gradients, mut starts) = (gradients.wrapping_add(window), starts.wrapping_add(window));
            let (mut w, to) = (w.wrapping_add(start), to.wrapping_add(start));
            let mut acc = [s.zero(); T];
            // SAFETY: the lists are whole; a window, moved by as much as an event's lies behind that of the first sum, lies in
            // the filter with its zeros, and in the sample with the room behind each row.
            unsafe {
                for _ in 0..filters {
                    let (gradient, w_own) = (s.splat(*gradients), w.wrapping_sub(*starts as usize));
                    for t in 0..T {
                        acc[t] = s.fma(s.load_from(w_own.wrapping_add(places[t])), gradient, acc[t]);
                    }
                    gradients = gradients.wrapping_add(count);
                    starts = starts.wrapping_add(count);
                    w = w.wrapping_add(each);
                }
                for t in 0..T {
                    let to = to.add(places[t]);
                    s.store_to(to, s.add(s.load_from(to), acc[t]));
                }
            }
        }
    }
}
