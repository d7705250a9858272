//! A stage forward.

use super::filters;
use super::input::Source;
use super::squares::Squares;
use super::{Tiling, sides};
use crate::cpu::map::LANES;
use crate::cpu::run::Run;
use crate::cpu::view::View;
use crate::ops::conv::Geometry;
use crate::ops::conv::points::Convolution;
use crate::ops::conv::sweep::Sink;
use crate::parameter::{Form, Parameter};

/// The sums of a convolution of `x` in tiles that [fit](super::tiling).
///
/// # Safety
/// `x` has the geometry's input for all samples of the run, its border is as wide as the windows reach, and the sink can
/// take every segment of the output, or of its halves with `pool`.
pub unsafe fn forward<K: Sink>(
    tiling: Tiling,
    geometry: &Geometry,
    x: View,
    weight: &Parameter,
    pool: bool,
    sink: &K,
    run: &mut Run<'_>,
) {
    let filters = weight.derived(Form::Winograd(tiling.size), |weights, to| {
        filters::transform(geometry, tiling, false, weights, to);
    });
    let [rows, columns, _] = geometry.output;
    let [depth, outputs] = sides(geometry);
    let source = Source { view: x, start: geometry.pad.map(|pad| -(pad as isize)) };
    let conv = Convolution {
        tiles: Squares::new(tiling, source, run.batch, [rows, columns], pool),
        groups: geometry.groups,
        depth,
        blocks: outputs.div_ceil(LANES),
        filters,
    };
    // SAFETY: the caller's promise.
    unsafe { conv.run(sink, run) };
}
