//! The gradient of the input: `dx[n, i] = sum over k of dz[n, k] w[k, i]`.

use super::matrix::Transposed;
use super::samples::Samples;
use super::{inputs, product};
use crate::cpu::map::{LANES, Layout};
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::view::View;
use crate::ops::conv::sweep::{Segment, Sink};
use crate::ops::conv::{Algorithm, Geometry, pack};

/// Writes the gradient of the input, or adds to it.
///
/// # Panics
/// If there are too few weights, or the gradient has the wrong layout.
///
/// # Safety
/// `dz` and `dx` have room for the run's samples, have the sizes of a convolution that `fits`, and do not meet.
pub unsafe fn input_gradient(
    geometry: &Geometry,
    dz: View,
    weights: &[f32],
    dx: View,
    accumulate: bool,
    run: &mut Run<'_>,
) {
    assert!(
        geometry.algorithm == Algorithm::Planar || dx.map.layout == Layout::Blocked,
        "the layout is the algorithm's"
    );
    let filters = geometry.output[2];
    let blocks = filters.div_ceil(LANES);
    let rows = pack::packed_len(geometry) / blocks / LANES;
    let sink = Rows { geometry, dx, accumulate };
    // SAFETY: the caller's promise.
    unsafe {
        let dz = Samples::chunked(dz, run.batch, filters, |floats| run.scratch(floats));
        product(dz, filters, Transposed::new(weights, blocks, rows), inputs(geometry).div_ceil(LANES), &sink);
    }
}

/// Puts 16 rows of the weights, `[channel / 16][y][x][16 channels]` or, planar, `[channel][y][x]`, where they belong.
struct Rows<'a> {
    geometry: &'a Geometry,
    dx: View,
    accumulate: bool,
}

impl Sink for Rows<'_> {
    #[inline(always)]
    unsafe fn take<S: Simd>(&self, s: S, at: Segment, sums: *const f32) {
        let Self { geometry, dx, accumulate } = self;
        let (sample, block) = (at.sample, at.block);
        let [height, width, depth] = geometry.input;
        let positions = height * width;
        let at = |i: usize, block: usize| dx.at(sample, block, (i / width) as isize, (i % width) as isize);
        // SAFETY: the positions lie in the volume, and are this task's.
        unsafe {
            if geometry.algorithm != Algorithm::Planar {
                let (block, position) = (block / positions, block % positions);
                if position == 0 && !accumulate {
                    dx.clear_border(sample, block);
                }
                let (to, v) = (at(position, block), s.first(depth - block * LANES, s.load_from(sums)));
                s.store_to(to, if *accumulate { s.add(s.load_from(to), v) } else { v });
                return;
            }
            for lane in 0..LANES.min(depth * positions - block * LANES) {
                let (channel, position) = ((block * LANES + lane) / positions, (block * LANES + lane) % positions);
                let (plane, lane_of) = (channel / dx.lanes, channel % dx.lanes);
                if position == 0 && lane_of == 0 && !accumulate {
                    dx.clear_border(sample, plane);
                }
                let (to, v) = (at(position, plane).add(lane_of), *sums.add(lane));
                *to = if *accumulate { *to + v } else { v };
                if channel + 1 == depth && !accumulate {
                    to.add(1).write_bytes(0, dx.lanes - 1 - lane_of);
                }
            }
        }
    }

    unsafe fn take_pairs<S: Simd>(&self, _: S, _: Segment, _: *const f32, _: *const f32) {
        unreachable!("a gradient is not pooled");
    }

    unsafe fn border(&self, _: usize, _: usize) {}
}
