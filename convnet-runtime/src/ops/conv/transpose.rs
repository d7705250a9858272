//! Packed weights with filters and channels exchanged, as the gradient of the input reads them:
//! `[c / 16][k / 16 of the group][tap][16 k][16 c]`, for the taps of one phase. Depthwise: `[c / 16][tap][16]`.

use super::phase::Phase;
use super::span::Span;
use super::{Algorithm, Geometry};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, Shared, parallel};

/// The taps of a phase.
pub struct Piece {
    /// Rows.
    pub y: Phase,
    /// Columns.
    pub x: Phase,
}

/// Writes the transposed weights of a phase.
///
/// # Panics
/// If a slice is too short.
pub fn pack(geometry: &Geometry, piece: &Piece, weights: &[f32], to: &mut [f32]) {
    let blocks = geometry.input[2].div_ceil(LANES);
    let some = piece.y.taps * piece.x.taps;
    if some == 0 {
        return;
    }
    let [forward, span] = [Span::forward(geometry), Span::transposed(geometry)];
    let (from, tap) = match geometry.algorithm {
        Algorithm::Depthwise => (1, LANES),
        _ => (span.len, LANES * LANES),
    };
    let work = MOVE * to.len();
    assert!(to.len() >= blocks * from * some * tap, "there is room for the weights");
    let to = Shared::new(to);
    let pass = Pass { geometry, piece, weights, forward, span };
    parallel(blocks * from, work, |i| {
        // SAFETY: the tasks have different parts.
        let to = unsafe { to.part(i * some * tap, some * tap) };
        dispatch(Between { pass: &pass, block: i / from, seen: i % from, to });
    });
}

struct Pass<'a> {
    geometry: &'a Geometry,
    piece: &'a Piece,
    weights: &'a [f32],
    forward: Span,
    span: Span,
}

/// The weights between a block of channels and the `seen`-th block of filters that it meets.
struct Between<'a> {
    pass: &'a Pass<'a>,
    block: usize,
    seen: usize,
    to: &'a mut [f32],
}

impl Kernel for Between<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { pass: Pass { geometry, piece, weights, forward, span }, block, seen, to } = self;
        let [depth, filters] = [geometry.input[2], geometry.output[2]];
        let taps = geometry.kernel[0] * geometry.kernel[1];
        let tap = if geometry.algorithm == Algorithm::Depthwise { LANES } else { LANES * LANES };
        for (n, to) in to.chunks_exact_mut(tap).enumerate() {
            let [row, column] = [n / piece.x.taps, n % piece.x.taps];
            let row = piece.y.tap + row * piece.y.tap_step;
            let at = row * geometry.kernel[1] + piece.x.tap + column * piece.x.tap_step;
            if geometry.algorithm == Algorithm::Depthwise {
                to.copy_from_slice(&weights[(block * taps + at) * LANES..][..LANES]);
                continue;
            }
            let k = span.start(block) + seen;
            let start = forward.start(k);
            if k >= filters.div_ceil(LANES) {
                to.fill(0.0);
            } else if geometry.algorithm == Algorithm::Planar {
                let first = ((k * depth + block * LANES) * taps + at) * LANES;
                square(s, &weights[first..], taps * LANES, (depth - block * LANES).min(LANES), to);
            } else if (start..start + forward.len).contains(&block) {
                let first = ((k * forward.len + block - start) * taps + at) * LANES * LANES;
                square(s, &weights[first..], LANES, LANES, to);
            } else {
                to.fill(0.0);
            }
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
