//! The gradient of the input: the same convolution of the sums' gradient with filters and channels exchanged and each
//! filter turned by half a turn.

use super::filters;
use super::input::Source;
use super::squares::Squares;
use super::{Tiling, sides};
use crate::cpu::map::{LANES, Layout};
use crate::cpu::run::Run;
use crate::cpu::view::View;
use crate::ops::conv::Geometry;
use crate::ops::conv::input_gradient::Spread;
use crate::ops::conv::points::Convolution;
use crate::parameter::{Form, Parameter};

/// Writes the gradient of the input, or adds to it, in tiles that [fit](super::tiling).
///
/// # Panics
/// If a buffer has the wrong size, or the border of `dz` is too narrow.
///
/// # Safety
/// `dz` and `dx` have room for all samples of the run and do not meet.
pub unsafe fn input_gradient(
    tiling: Tiling,
    geometry: &Geometry,
    dz: View,
    weight: &Parameter,
    dx: View,
    accumulate: bool,
    run: &mut Run<'_>,
) {
    let [rows, columns, depth] = geometry.input;
    assert!([dx.map.height, dx.map.width, dx.map.channels] == geometry.input, "the gradient has the input's size");
    assert!(dx.map.layout == Layout::Blocked && dz.map.layout == Layout::Blocked, "the layout is the algorithm's");
    let reach = tiling.taps as isize - 1;
    let start = geometry.pad.map(|pad| pad as isize - reach);
    let [top, left, bottom, right] = dz.map.border.map(|n| n as isize);
    for ((side, start), [before, behind]) in start.into_iter().enumerate().zip([[top, bottom], [left, right]]) {
        let [size, output] = [geometry.input[side], geometry.output[side]].map(|n| n as isize);
        assert!(
            -start <= before && size + reach + start - output <= behind,
            "the border of the sums' gradient is too narrow"
        );
    }
    let filters = weight.derived(Form::WinogradTransposed(tiling.size), |weights, to| {
        filters::transform(geometry, tiling, true, weights, to);
    });
    let [outputs, inputs] = sides(geometry);
    let source = Source { view: dz, start };
    let conv = Convolution {
        tiles: Squares::new(tiling, source, run.batch, [rows, columns], false),
        groups: geometry.groups,
        depth: inputs,
        blocks: outputs.div_ceil(LANES),
        filters,
    };
    let sink = Spread { dx, first: [0, 0], stride: [1, 1], accumulate, clear: !accumulate, depth };
    // SAFETY: the caller's promise; the gradients of the sums lie within the border of `dz` (asserted above).
    unsafe { conv.run(&sink, run) };
}
