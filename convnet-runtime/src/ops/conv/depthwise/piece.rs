//! Which positions have which taps.

use crate::ops::conv::Geometry;
use crate::ops::conv::phase::Phase;

/// Positions that have the same taps: all of them forward, a phase of them backward. Pairs are (height, width).
pub struct Piece {
    /// Positions.
    pub positions: [usize; 2],
    /// Where the first one is written.
    pub first: [usize; 2],
    /// From a position to the next, there.
    pub step: [usize; 2],
    /// Where the first one reads its first tap.
    pub from: [isize; 2],
    /// From a position to the next, there.
    pub stride: [usize; 2],
    /// Taps.
    pub taps: [usize; 2],
    /// From a tap to the next, where it is read.
    pub tap_step: [usize; 2],
    /// The first tap's weights.
    pub weight: [usize; 2],
    /// From a tap's weights to the next.
    pub weight_step: [isize; 2],
}

impl Piece {
    /// All positions.
    pub fn forward(geometry: &Geometry) -> Self {
        let [rows, columns, _] = geometry.output;
        Self {
            positions: [rows, columns],
            first: [0; 2],
            step: [1; 2],
            from: geometry.pad.map(|pad| -(pad as isize)),
            stride: geometry.stride,
            taps: geometry.kernel,
            tap_step: geometry.dilation,
            weight: [0; 2],
            weight_step: [1; 2],
        }
    }

    /// The positions of a phase. Its last tap comes first, since it reads the first position.
    pub fn backward(geometry: &Geometry, phase: [Phase; 2]) -> Self {
        let last = phase.map(|side| side.taps.saturating_sub(1));
        Self {
            positions: phase.map(|side| side.positions),
            first: phase.map(|side| side.first),
            step: geometry.stride,
            from: [0, 1].map(|i| phase[i].start - (last[i] * phase[i].back) as isize),
            stride: [1; 2],
            taps: phase.map(|side| side.taps),
            tap_step: phase.map(|side| side.back),
            weight: [0, 1].map(|i| phase[i].tap + last[i] * phase[i].tap_step),
            weight_step: phase.map(|side| -(side.tap_step as isize)),
        }
    }
}
