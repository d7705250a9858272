//! How a product is cut into tasks, and one of them.

use std::mem::MaybeUninit;
use std::ops::Range;
use std::ptr;

use super::Pass;
use super::matrix::Matrix;
use super::samples::CHUNK;
use super::tile::{MOST, STREAMS, Tile};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};
use crate::cpu::threads::{cut, parallel};
use crate::ops::conv::sweep::{Segment, Sink};

/// Blocks of outputs of a task: they use the same samples while these are in a near cache.
const GROUP: usize = 4;
/// Most samples of a task.
const SAMPLES: usize = 16 * MOST;
/// So few that less memory will do: to touch its pages takes time.
const FEW: usize = 3 * MOST;
/// How far ahead of its use a weight is asked for, in bytes, if it is used for panel after panel.
const AHEAD: usize = 8192;
/// Tasks that keep all processors busy.
const TASKS: usize = 16;

/// Each task has a group of blocks of outputs and some panels of samples, which a tile takes together.
pub struct Plan {
    samples: usize,
    groups: usize,
    panels: usize,
    /// Parts that the panels are cut into.
    ranges: usize,
}

impl Plan {
    /// The plan for an instruction set.
    #[inline(always)]
    pub fn new<S: Simd>(samples: usize, blocks: usize) -> Self {
        let most = MOST.min(S::TILE_PIXELS);
        let groups = blocks.div_ceil(GROUP);
        let panels = samples.div_ceil(most);
        let ranges = panels.div_ceil(SAMPLES / most).max(TASKS.div_ceil(groups).min(panels / 4));
        Self { samples, groups, panels, ranges }
    }

    /// Runs all tasks.
    #[inline(always)]
    pub fn run<S: Simd, M: Matrix, K: Sink>(&self, s: S, pass: &Pass<'_, M, K>) {
        let work = 2 * pass.x.count * pass.blocks * LANES * pass.len;
        parallel(self.groups * self.ranges, work, |i| {
            if self.samples <= FEW {
                s.vectorize(Task::<_, _, FEW> { pass, plan: self, i });
            } else {
                s.vectorize(Task::<_, _, SAMPLES> { pass, plan: self, i });
            }
        });
    }

    /// The samples of a panel.
    #[inline(always)]
    fn samples(&self, panel: usize) -> Range<usize> {
        cut(self.samples, self.panels, panel)..cut(self.samples, self.panels, panel + 1)
    }
}

/// The `i`-th task, with room for the sums of `ROOM` samples.
struct Task<'a, M, K, const ROOM: usize> {
    /// What is multiplied.
    pass: &'a Pass<'a, M, K>,
    /// How it is cut.
    plan: &'a Plan,
    /// The task.
    i: usize,
}

#[repr(C, align(64))]
struct Piece([f32; GROUP * CHUNK * LANES]);

/// `[block][sample][16]`
#[repr(C, align(64))]
struct Sums<const ROOM: usize>([[[f32; LANES]; ROOM]; GROUP]);

impl<M: Matrix, K: Sink, const ROOM: usize> Kernel for Task<'_, M, K, ROOM> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { pass, plan, i } = self;
        let (group, range) = (i / plan.ranges, i % plan.ranges);
        let blocks = group * GROUP..((group + 1) * GROUP).min(pass.blocks);
        let panels = cut(plan.panels, plan.ranges, range)..cut(plan.panels, plan.ranges, range + 1);
        let begin = plan.samples(panels.start).start;
        let mut piece = MaybeUninit::<Piece>::uninit();
        let local = if M::MADE { piece.as_mut_ptr().cast::<f32>() } else { ptr::null_mut() };
        let mut sums = MaybeUninit::<Sums<ROOM>>::uninit();
        let sums = sums.as_mut_ptr().cast::<f32>();
        let place =
            |block: usize, sample: usize| sums.wrapping_add(((block - blocks.start) * ROOM + sample - begin) * LANES);
        let count = panels.len();
        let once = plan.panels == 1 && !M::MADE;
        let together = match plan.samples(panels.start).len() {
            1 if once => STREAMS,
            2 if once => 2,
            _ => S::TILE_BLOCKS,
        };
        let chunk = if once { pass.len } else { CHUNK };
        for from in (0..pass.len).step_by(chunk) {
            let inputs = from..pass.len.min(from + chunk);
            // SAFETY: blocks and inputs are the pass's; there is room for a group and a chunk.
            let (piece, stream) = unsafe { pass.matrix.piece(s, blocks.clone(), inputs.clone(), local) };
            let mut first = blocks.start;
            while first < blocks.end {
                let together = if first + together <= blocks.end { together } else { 1 };
                let w = piece.wrapping_add((first - blocks.start) * stream);
                for (j, panel) in panels.clone().enumerate() {
                    let samples = plan.samples(panel);
                    // Each panel asks for its part of what comes later.
                    let (ahead, ahead_step) = match (M::MADE, once) {
                        (true, _) => (0, 0),
                        (_, true) => (S::AHEAD / size_of::<M::Weight>(), LANES),
                        _ => (AHEAD / size_of::<M::Weight>() + j * chunk / count * LANES, LANES.div_ceil(count)),
                    };
                    let tile = Tile {
                        x: pass.x.at(samples.start, from),
                        x_sample: pass.x.step,
                        len: inputs.len(),
                        w,
                        stream,
                        ahead: w.wrapping_add(ahead),
                        ahead_step,
                        far: !once,
                        sums: place(first, samples.start),
                        sums_step: ROOM * LANES,
                        resume: from > 0,
                    };
                    // SAFETY: the samples and the piece are there; a range has no more samples than there is room for.
                    unsafe { tile.product(s, together, samples.len()) };
                }
                first += together;
            }
        }
        for sample in panels.flat_map(|panel| plan.samples(panel)) {
            for block in blocks.clone() {
                let at = Segment { sample, block, row: 0, column: 0, len: 1 };
                // SAFETY: the sums have been written above; each task has its own samples and blocks.
                unsafe {
                    pass.sink.border(sample, block);
                    pass.sink.take(s, at, place(block, sample));
                }
            }
        }
    }
}
