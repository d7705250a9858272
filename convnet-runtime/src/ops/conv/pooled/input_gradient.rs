//! The gradient of the input: for each window of the pool, what its events give to all positions that one of its four sums
//! saw.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use super::events::Events;
use super::{MOST_PIECES, TILE, held};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};
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
    let [depth, filters] = [geometry.input[2], geometry.output[2]];
    let (blocks, each) = (Span::forward(geometry).len, filter(geometry, held));
    let [rows, columns] = geometry.kernel;
    let Conv { weight, scratch, .. } = conv;
    scratch.grow(filters * each);
    scratch[..filters * each].fill(0.0);
    for (k, to) in scratch.chunks_exact_mut(each).take(filters).enumerate() {
        for (y, x) in (0..rows).flat_map(|y| (0..columns).map(move |x| (y, x))) {
            let start = (y * geometry.dilation[0] + 1) * held.row + (x + 1) * held.step;
            for (channel, to) in to[start..start + depth].iter_mut().enumerate() {
                let tap = ((k / LANES * blocks + channel / LANES) * rows + y) * columns + x;
                *to = weight.packed()[(tap * LANES + channel % LANES) * LANES + k % LANES];
            }
        }
    }
    &scratch[..filters * each]
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
        let [height, width] = events.windows;
        for window in 0..height * width {
            let start = held.start(2 * (window / width), 2 * (window % width));
            for tile in 0..tiles {
                let [first, end] = [0, 1].map(|i| cut(pieces, tiles, tile + i));
                let tile = Tile {
                    gradients: gradients[window..].as_ptr(),
                    starts: starts[window..].as_ptr().cast(),
                    count: events.count,
                    filters: geometry.output[2],
                    w: weights.as_ptr().wrapping_add(held.row + held.step + start),
                    each,
                    places: &places[first..end],
                    to: memory[start..].as_mut_ptr(),
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
        }
        // SAFETY: this task's sample of a gradient of the input's size.
        unsafe { held.give(s, geometry, memory, &dx, sample, accumulate) };
    }
}

/// `to[t] += sum over filters k of gradient w[k][places[t] - start]`
struct Tile<'a> {
    gradients: *const f32,
    starts: *const u32,
    /// From a filter's events to the next's.
    count: usize,
    filters: usize,
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
        let Tile { mut gradients, mut starts, count, filters, mut w, each, places, to } = self.0;
        let places: &[usize; T] = places.first_chunk().expect("as many as the tile has");
        let mut acc = [s.zero(); T];
        // SAFETY: the lists are whole; a window, moved by as much as an event's lies behind that of the first sum, lies in the
        // filter with its zeros, and in the sample with the room behind each row.
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
