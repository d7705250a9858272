//! Packed weights with filters and channels exchanged, as the gradient of the input reads them:
//! `[c / 16][k / 16 of the group][tap][16 k][16 c]`, for the taps of one phase. Depthwise: `[c / 16][tap][16]`.

use super::phase::Phase;
use super::span::Span;
use super::{Algorithm, Geometry};
use crate::cpu::map::LANES;
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
    let [depth, filters] = [geometry.input[2], geometry.output[2]];
    let blocks = depth.div_ceil(LANES);
    let taps = geometry.kernel[0] * geometry.kernel[1];
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
    parallel(blocks * from, work, |i| {
        let (block, j) = (i / from, i % from);
        // SAFETY: the tasks have different parts.
        let to = unsafe { to.part(i * some * tap, some * tap) };
        for (n, to) in to.chunks_exact_mut(tap).enumerate() {
            let [row, column] = [n / piece.x.taps, n % piece.x.taps];
            let at =
                (piece.y.tap + row * piece.y.tap_step) * geometry.kernel[1] + piece.x.tap + column * piece.x.tap_step;
            if geometry.algorithm == Algorithm::Depthwise {
                to.copy_from_slice(&weights[(block * taps + at) * LANES..][..LANES]);
                continue;
            }
            let k = span.start(block) + j;
            if k >= filters.div_ceil(LANES) {
                to.fill(0.0);
            } else if geometry.algorithm == Algorithm::Planar {
                let lanes = (depth - block * LANES).min(LANES);
                let c = block * LANES;
                square(to, lanes, |lane| &weights[((k * depth + c + lane) * taps + at) * LANES..][..LANES]);
            } else {
                let seen = forward.start(k)..forward.start(k) + forward.len;
                if seen.contains(&block) {
                    let start = ((k * forward.len + block - seen.start) * taps + at) * LANES * LANES;
                    let weights = &weights[start..start + LANES * LANES];
                    square(to, LANES, |lane| &weights[lane * LANES..][..LANES]);
                } else {
                    to.fill(0.0);
                }
            }
        }
    });
}

/// `to[j][i] = row(i)[j]` for the first `rows` i, zero for the others.
#[inline(always)]
pub fn square<'a>(to: &mut [f32], rows: usize, row: impl Fn(usize) -> &'a [f32]) {
    let to = &mut to[..LANES * LANES];
    if rows < LANES {
        to.fill(0.0);
    }
    for i in 0..rows {
        for (j, v) in row(i)[..LANES].iter().enumerate() {
            to[j * LANES + i] = *v;
        }
    }
}
