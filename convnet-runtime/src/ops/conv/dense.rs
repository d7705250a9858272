//! The gradient of a fully connected layer's input: `dx[i] = sum over k of w[k, i] dz[k]`. The weights are the bulk of
//! the memory, so that they are transposed piece by piece on the way, not as a whole.

use std::mem::MaybeUninit;

use super::tile::{PIXELS, SUMS, SUMS_STEP, Tile, Walk};
use super::transpose::square;
use super::{Algorithm, Geometry};
use crate::cpu::map::{LANES, Layout};
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::parallel;
use crate::cpu::view::View;

/// Tiles of samples that are summed together.
const HELD: usize = 8;
/// Samples of a tile.
const SAMPLES: usize = 8;
/// Blocks of filters that are transposed at a time.
const CHUNK: usize = 16;

/// Whether the filters cover the whole input, once, and all of its channels.
pub fn fits(geometry: &Geometry) -> bool {
    geometry.is_whole() && geometry.algorithm != Algorithm::Depthwise && geometry.groups == 1
}

impl Geometry {
    /// Whether the filters cover the whole input, once: the gradient of the input then needs no border.
    pub(super) fn is_whole(&self) -> bool {
        self.kernel == self.input[..2] && self.output[..2] == [1, 1] && self.pad == [0, 0] && self.dilation == [1, 1]
    }
}

/// Writes the gradient of the input, or adds to it.
///
/// # Safety
/// `dz` and `dx` have room for `batch` samples, have the sizes of a convolution that `fits`, and do not meet.
pub unsafe fn input_gradient(geometry: &Geometry, dz: View, batch: usize, weights: &[f32], dx: View, accumulate: bool) {
    let [height, width, depth] = geometry.input;
    // Weights are rows of 16 filters, for [channel / 16][y][x][16 channels] or, planar, for [channel][y][x].
    let rows =
        height * width * if geometry.algorithm == Algorithm::Planar { depth } else { depth.next_multiple_of(LANES) };
    assert!(
        geometry.algorithm == Algorithm::Planar || dx.map.layout == Layout::Blocked,
        "the layout is the algorithm's"
    );
    let pass = Pass { geometry, dz, batch, weights, dx, accumulate, rows };
    let filters = geometry.output[2];
    dispatch(All { pass: &pass, work: 2 * rows * filters * batch });
}

struct Pass<'a> {
    geometry: &'a Geometry,
    dz: View,
    batch: usize,
    weights: &'a [f32],
    dx: View,
    accumulate: bool,
    rows: usize,
}

struct All<'a> {
    pass: &'a Pass<'a>,
    work: usize,
}

impl Kernel for All<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { pass, work } = self;
        let groups = pass.rows.div_ceil(LANES * S::TILE_BLOCKS);
        parallel(groups, work, |group| s.vectorize(Group { pass, group }));
    }
}

/// Some blocks of 16 rows.
struct Group<'a> {
    pass: &'a Pass<'a>,
    group: usize,
}

#[repr(C, align(64))]
struct Memory {
    weights: [f32; 2 * CHUNK * LANES * LANES],
    sums: [f32; HELD * SUMS],
}

impl Kernel for Group<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let pass = self.pass;
        let filters = pass.geometry.output[2];
        let blocks = filters.div_ceil(LANES);
        let first = self.group * S::TILE_BLOCKS;
        let count = S::TILE_BLOCKS.min(pass.rows.div_ceil(LANES) - first);
        let samples = SAMPLES.min(S::TILE_PIXELS);
        let mut memory = MaybeUninit::<Memory>::uninit();
        // SAFETY: fields of the local memory, by address.
        let (packed, sums) = unsafe {
            let memory = memory.as_mut_ptr();
            ((&raw mut (*memory).weights).cast::<f32>(), (&raw mut (*memory).sums).cast::<f32>())
        };
        for begin in (0..pass.batch).step_by(HELD * samples) {
            let end = (begin + HELD * samples).min(pass.batch);
            for from in (0..blocks).step_by(CHUNK) {
                let chunk = CHUNK.min(blocks - from);
                for o in 0..count {
                    for k in 0..chunk {
                        let start = ((from + k) * pass.rows + (first + o) * LANES) * LANES;
                        let rows = LANES.min(pass.rows - (first + o) * LANES);
                        // SAFETY: `count` blocks of `CHUNK` squares have room.
                        let to = unsafe {
                            std::slice::from_raw_parts_mut(packed.add((o * CHUNK + k) * LANES * LANES), LANES * LANES)
                        };
                        square(s, &pass.weights[start..], LANES, rows, to);
                        // The next square lies far away.
                        let next = pass.weights.as_ptr().wrapping_add(start + pass.rows * LANES);
                        (0..LANES).for_each(|row| s.prefetch(next.wrapping_add(row * LANES)));
                    }
                }
                let last = from + chunk == blocks;
                let walk = Walk {
                    blocks: chunk,
                    block_step: pass.dz.plane,
                    rows: 1,
                    row_step: 0,
                    columns: 1,
                    column_step: 0,
                    lanes: LANES,
                    last_lanes: if last { filters - (blocks - 1) * LANES } else { LANES },
                    pixel_step: pass.dz.sample,
                    stream: CHUNK * LANES * LANES,
                };
                for (i, n) in (begin..end).step_by(samples).enumerate() {
                    let tile = Tile {
                        walk: &walk,
                        x: pass.dz.at(n, from, 0, 0),
                        w: packed,
                        sums: sums.wrapping_add(i * SUMS),
                        sums_step: SUMS_STEP,
                        resume: from > 0,
                    };
                    // SAFETY: the samples are there, the weights have been packed above, there is room for the sums.
                    unsafe { tile.product(s, count, samples.min(end - n)) };
                }
            }
            for (i, n) in (begin..end).step_by(samples).enumerate() {
                for sample in n..(n + samples).min(end) {
                    for o in 0..count {
                        let at = sums.wrapping_add(i * SUMS + (o * PIXELS + sample - n) * LANES);
                        // SAFETY: the sums have been written above.
                        unsafe { self.give(s, sample, first + o, at) };
                    }
                }
            }
        }
    }
}

impl Group<'_> {
    /// Puts 16 rows where they belong.
    #[inline(always)]
    unsafe fn give<S: Simd>(&self, s: S, sample: usize, block: usize, sums: *const f32) {
        let Pass { geometry, dx, accumulate, rows, .. } = self.pass;
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
            for lane in 0..LANES.min(rows - block * LANES) {
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
}
