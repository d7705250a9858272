//! The gradient of the input: convolutions of the gradient of the sums with the transposed weights, one for each phase
//! of the stride.

use std::ptr;

use super::phase::Phase;
use super::span::Span;
use super::sweep::{Segment, Sink, Sweep};
use super::sweep_ahead::Lines;
use super::tile::Walk;
use super::transpose::{self, Piece, Turn};
use super::{Algorithm, Geometry, depthwise, pack, scatter};
use crate::cpu::map::{LANES, Layout};
use crate::cpu::memory::Floats;
use crate::cpu::simd::Simd;
use crate::cpu::view::View;

/// Most phases that are computed in one loop.
const TOGETHER: usize = 4;

/// Writes the gradient of the input, or adds to it.
///
/// # Panics
/// If a buffer has the wrong size, or the border of `dz` is too narrow.
///
/// # Safety
/// `dz` and `dx` have room for `batch` samples and do not meet.
pub unsafe fn input_gradient(
    geometry: &Geometry,
    dz: View,
    batch: usize,
    weights: &[f32],
    dx: View,
    accumulate: bool,
    scratch: &mut Floats,
) {
    let depth = geometry.input[2];
    assert!([dx.map.height, dx.map.width, dx.map.channels] == geometry.input, "the gradient has the input's size");
    assert!(
        dx.map.layout == Layout::Blocked || geometry.algorithm == Algorithm::Planar,
        "the layout is the algorithm's"
    );
    if scatter::fits(geometry) {
        // SAFETY: as for this function.
        unsafe { scatter::input_gradient(geometry, dz, batch, weights, dx, accumulate, scratch) };
        return;
    }
    let mut strided = *geometry;
    if geometry.is_whole() {
        // There is one position, so that any stride will do. With this one each position of the input is a phase of its
        // own, of one tap.
        strided.stride = geometry.kernel;
    }
    let geometry = &strided;
    let [top, left, bottom, right] = dz.map.border;
    for (side, border) in [[top, bottom], [left, right]].into_iter().enumerate() {
        for phase in Phase::all(geometry, side) {
            let reach = phase.reach(geometry.output[side]);
            assert!(reach[0] <= border[0] && reach[1] <= border[1], "the border of the sums' gradient is too narrow");
        }
    }
    if geometry.algorithm == Algorithm::Depthwise {
        // SAFETY: as for this function; the border of `dz` is as wide as the phases reach (asserted above).
        unsafe { depthwise::input_gradient(geometry, dz, batch, weights, dx, accumulate) };
        return;
    }
    let turn = Turn::pays(geometry, batch);
    if !turn {
        let len = Piece::all(geometry).map(|(_, weights)| weights.end).max().unwrap_or(0);
        scratch.grow(len);
        let work = 2 * batch * geometry.output[0] * geometry.output[1] * pack::packed_len(geometry);
        transpose::pack(geometry, weights, work, &mut scratch[..len]);
    }
    let mut pieces = Piece::all(geometry);
    loop {
        let sweeps: [_; TOGETHER] = std::array::from_fn(|_| {
            let (piece, range) = pieces.next()?;
            let (w, turn) = if turn {
                (ptr::null(), Some(Turn::new(geometry, weights, piece)))
            } else {
                (scratch[range].as_ptr(), None)
            };
            let first = [piece.y.first, piece.x.first];
            let clear = first == [0, 0] && !accumulate;
            let sink = Spread { dx, first, stride: geometry.stride, accumulate, clear, depth };
            let sweep = sweep(geometry, &piece, dz, w, batch);
            Some((Sweep { turn, ..sweep }, sink))
        });
        if sweeps[0].is_none() {
            break;
        }
        // SAFETY: the caller's promise; the walks stay within the border of `dz` (asserted above), the phases within `dx`,
        // of which each has its own positions.
        unsafe { Sweep::run_all(sweeps.each_ref().map(|some| some.as_ref().map(|(sweep, sink)| (sweep, sink)))) };
    }
}

/// The sums of a phase.
fn sweep(geometry: &Geometry, piece: &Piece, dz: View, w: *const f32, samples: usize) -> Sweep<'static> {
    let Piece { y, x } = piece;
    let span = Span::transposed(geometry);
    let from = span.len;
    // With no taps at all the gradient is zero.
    let (rows, columns) = if y.taps * x.taps == 0 { (0, 0) } else { (y.taps, x.taps) };
    let walk = Walk {
        blocks: from,
        block_step: dz.plane,
        rows,
        row_step: (y.back * dz.row) as isize,
        columns,
        column_step: (x.back * dz.lanes) as isize,
        lanes: LANES,
        last_lanes: if geometry.groups == 1 { geometry.output[2] - (from - 1) * LANES } else { LANES },
        pixel_step: dz.lanes,
        stream: from * rows * columns * LANES * LANES,
    };
    let [up, left] = [y, x].map(|side| side.start - (side.taps.saturating_sub(1) * side.back) as isize);
    let by_taps = geometry.groups > 1 && span.narrow().is_some();
    Sweep {
        walk: if by_taps { walk } else { walk.merged() },
        span: (geometry.groups > 1).then_some(span),
        x: dz.at(0, 0, up, left),
        x_sample: dz.sample,
        x_row: dz.row,
        w,
        turn: None,
        samples,
        rows: y.positions,
        columns: x.positions,
        blocks: geometry.input[2].div_ceil(LANES),
        pool: false,
    }
}

/// Puts the positions of a phase where they belong.
pub struct Spread {
    /// The gradient of the input.
    pub dx: View,
    /// The phase: the row and the column of its first position.
    pub first: [usize; 2],
    /// From a position of the phase to the next.
    pub stride: [usize; 2],
    /// Add to what is there.
    pub accumulate: bool,
    /// Write zero into the border.
    pub clear: bool,
    /// Channels.
    pub depth: usize,
}

impl Spread {
    /// Row and column of a segment's first position.
    #[inline(always)]
    fn place(&self, at: Segment) -> [isize; 2] {
        [at.row * self.stride[0] + self.first[0], at.column * self.stride[1] + self.first[1]].map(|i| i as isize)
    }
}

impl Sink for Spread {
    #[inline(always)]
    unsafe fn take<S: Simd>(&self, s: S, at: Segment, sums: *const f32) {
        let [row, column] = self.place(at);
        let lanes = self.depth - at.block * LANES;
        let step = self.stride[1] * self.dx.lanes;
        if self.dx.lanes == 1 {
            for lane in 0..lanes.min(LANES) {
                let to = self.dx.at(at.sample, at.block * LANES + lane, row, column);
                for i in 0..at.len {
                    // SAFETY: the position lies in the volume and is this thread's.
                    unsafe {
                        let (to, v) = (to.add(i * step), *sums.add(i * LANES + lane));
                        *to = if self.accumulate { *to + v } else { v };
                    }
                }
            }
            return;
        }
        let to = self.dx.at(at.sample, at.block, row, column);
        for i in 0..at.len {
            // SAFETY: the position lies in the volume and is this thread's.
            unsafe {
                let (to, v) = (to.add(i * step), s.first(lanes, s.load_from(sums.add(i * LANES))));
                s.store_to(to, if self.accumulate { s.add(s.load_from(to), v) } else { v });
            }
        }
    }

    unsafe fn take_pairs<S: Simd>(&self, _: S, _: Segment, _: *const f32, _: *const f32) {
        unreachable!("a gradient is not pooled");
    }

    #[inline(always)]
    fn lines(&self, at: Segment) -> [Lines; 2] {
        if self.dx.lanes == 1 {
            return [Lines::NONE; 2];
        }
        let [row, column] = self.place(at);
        let first = self.dx.at(at.sample, at.block, row, column);
        let [rows, columns] = self.stride;
        [Lines { first, step: columns * LANES, row: rows * self.dx.row }, Lines::NONE]
    }

    unsafe fn border(&self, sample: usize, block: usize) {
        if !self.clear {
            return;
        }
        let planes =
            if self.dx.lanes == 1 { block * LANES..((block + 1) * LANES).min(self.depth) } else { block..block + 1 };
        for plane in planes {
            // SAFETY: the planes of the block are this thread's.
            unsafe { self.dx.clear_border(sample, plane) };
        }
    }
}
