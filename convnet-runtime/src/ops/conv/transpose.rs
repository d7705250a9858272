//! Packed weights with filters and channels exchanged, as the gradient of the input reads them: for each phase
//! `[c / 16][k / 16 of the group][tap][16 k][16 c]`, its last tap first.

use std::ops::Range;

use super::phase::Phase;
use super::span::Span;
use super::{Algorithm, Geometry};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{Shared, cut, parallel};

/// Floats of a tap between two blocks.
const TAP: usize = LANES * LANES;
/// Blocks on either side that a task has.
const SQUARES: usize = 8;
/// So many blocks of filters ahead, weights are asked for.
const SOON: usize = 2;
/// Positions that are few.
const FEW: usize = 256;

/// The taps of a phase.
#[derive(Clone, Copy)]
pub struct Piece {
    /// Rows.
    pub y: Phase,
    /// Columns.
    pub x: Phase,
}

impl Piece {
    /// All pieces of a convolution with positions, with where their weights begin and end.
    pub fn all(geometry: &Geometry) -> impl Iterator<Item = (Self, Range<usize>)> {
        let each = geometry.input[2].div_ceil(LANES) * between(geometry);
        let mut start = 0;
        Phase::all(geometry, 0)
            .flat_map(move |y| Phase::all(geometry, 1).map(move |x| Self { y, x }))
            .filter(|piece| piece.y.positions * piece.x.positions > 0)
            .map(move |piece| {
                let weights = start..start + piece.taps() * each;
                start = weights.end;
                (piece, weights)
            })
    }

    fn taps(&self) -> usize {
        self.y.taps * self.x.taps
    }
}

/// Floats of weights of each tap and block of channels.
fn between(geometry: &Geometry) -> usize {
    Span::transposed(geometry).len * TAP
}

/// Writes the transposed weights of all pieces. `work` is that of the products for which they are needed: where those wake all
/// threads, these do, so that none falls asleep in between.
///
/// # Panics
/// If a slice is too short.
pub fn pack(geometry: &Geometry, weights: &[f32], work: usize, to: &mut [f32]) {
    let blocks = geometry.input[2].div_ceil(LANES);
    let room = to.len();
    assert!(Piece::all(geometry).all(|(_, range)| range.end <= room), "there is room for the weights");
    let to = Shared::new(to);
    let seen = Span::transposed(geometry).len;
    // Squares that lie beside each other here and there.
    let [rows, columns] = [blocks, seen].map(|n| n.div_ceil(SQUARES));
    parallel(rows * columns, work, |i| {
        let some = |i: usize, parts: usize, n: usize| cut(n, parts, i)..cut(n, parts, i + 1);
        let (blocks, seen) = (some(i / columns, rows, blocks), some(i % columns, columns, seen));
        dispatch(Squares { geometry, weights, to, blocks, seen });
    });
}

/// The weights between some blocks of channels and some of the blocks of filters that each meets.
struct Squares<'a> {
    geometry: &'a Geometry,
    weights: &'a [f32],
    to: Shared,
    blocks: Range<usize>,
    seen: Range<usize>,
}

impl Kernel for Squares<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { geometry, weights, to, .. } = self;
        for (piece, range) in Piece::all(geometry) {
            let turn = Turn::new(geometry, weights, piece);
            for block in self.blocks.clone() {
                // SAFETY: the weights of the piece are there (asserted in `pack`); the tasks have different squares.
                unsafe { turn.block(s, block, self.seen.clone(), to.get().add(range.start + block * turn.len())) };
            }
        }
    }
}

/// Weights that are transposed when they are read.
#[derive(Clone, Copy)]
pub struct Turn<'a> {
    geometry: &'a Geometry,
    weights: &'a [f32],
    piece: Piece,
    forward: Span,
    span: Span,
}

impl<'a> Turn<'a> {
    /// Those of a piece.
    pub fn new(geometry: &'a Geometry, weights: &'a [f32], piece: Piece) -> Self {
        Self { geometry, weights, piece, forward: Span::forward(geometry), span: Span::transposed(geometry) }
    }

    /// Whether that pays: they are used for so few positions that a pass over them that only transposes would be a large part of
    /// the time.
    pub fn pays(geometry: &Geometry, samples: usize) -> bool {
        let plain = geometry.algorithm == Algorithm::Blocked && geometry.groups == 1;
        plain && samples * geometry.output[0] * geometry.output[1] <= FEW
    }

    /// Floats of a block.
    pub fn len(&self) -> usize {
        self.piece.taps() * between(self.geometry)
    }

    /// Writes the weights between a block of channels and some of the blocks of filters that it meets, to where those of the first
    /// one belong.
    ///
    /// # Safety
    /// There is room for all blocks that it meets, and no other thread touches these.
    #[inline(always)]
    pub unsafe fn block<S: Simd>(&self, s: S, block: usize, seen: Range<usize>, to: *mut f32) {
        for seen in seen {
            for n in 0..self.piece.taps() {
                // SAFETY: the caller's promise.
                let to = unsafe { std::slice::from_raw_parts_mut(to.add((seen * self.piece.taps() + n) * TAP), TAP) };
                self.square(s, n, block, seen, to);
            }
        }
    }

    /// The `n`-th tap, from the last on, between a block of channels and the `seen`-th block of filters that it meets.
    #[inline(always)]
    fn square<S: Simd>(&self, s: S, n: usize, block: usize, seen: usize, to: &mut [f32]) {
        let Self { geometry, weights, piece, forward, span } = self;
        let [depth, filters] = [geometry.input[2], geometry.output[2]];
        let taps = geometry.kernel[0] * geometry.kernel[1];
        let [row, column] = [piece.y.taps - 1 - n / piece.x.taps, piece.x.taps - 1 - n % piece.x.taps];
        let row = piece.y.tap + row * piece.y.tap_step;
        let at = row * geometry.kernel[1] + piece.x.tap + column * piece.x.tap_step;
        let k = span.start(block) + seen;
        let start = forward.start(k);
        if k >= filters.div_ceil(LANES) {
            to.fill(0.0);
        } else if geometry.algorithm == Algorithm::Planar {
            let first = ((k * depth + block * LANES) * taps + at) * LANES;
            square(s, &weights[first..], taps * LANES, (depth - block * LANES).min(LANES), to);
        } else if (start..start + forward.len).contains(&block) {
            let first = ((k * forward.len + block - start) * taps + at) * LANES * LANES;
            let soon = weights.as_ptr().wrapping_add(first + SOON * forward.len * taps * LANES * LANES);
            for i in 0..LANES {
                s.prefetch(soon.wrapping_add(i * LANES));
            }
            square(s, &weights[first..], LANES, LANES, to);
        } else {
            to.fill(0.0);
        }
    }
}

/// `to[j][i] = from[i * step + j]` for the first `rows` i, zero for the others.
#[inline(always)]
pub fn square<S: Simd>(s: S, from: &[f32], step: usize, rows: usize, to: &mut [f32]) {
    let mut square = [s.zero(); LANES];
    for (i, row) in square.iter_mut().enumerate().take(rows) {
        *row = s.load(from[i * step..].first_chunk().expect("a row has 16 weights"));
    }
    for (to, column) in to.as_chunks_mut::<LANES>().0.iter_mut().zip(s.transpose(square)) {
        s.store(to, column);
    }
}
