//! How a fully connected layer is cut into tasks, and one of them.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::Pass;
use super::tile::{MOST, STREAMS, Tile, Weight};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};
use crate::cpu::threads::cut;
use crate::ops::conv::sweep::{Segment, Sink};

/// Blocks of filters of a task: they use the same samples while these are in a near cache.
const GROUP: usize = 4;
/// Most samples of a task.
pub const SAMPLES: usize = 16 * MOST;
/// Inputs whose weights are used for all samples while they are in the nearest cache.
const CHUNK: usize = 64;
/// How far ahead of its use a weight is asked for, in bytes, if it is used once, or for one panel after the other.
const AHEAD: [usize; 2] = [2560, 8192];
/// Tasks that keep all processors busy.
const TASKS: usize = 16;

/// Each task has a group of blocks of filters and some panels of samples, which a tile takes together.
pub struct Plan {
    groups: usize,
    panels: usize,
    /// Parts that the panels are cut into.
    ranges: usize,
}

impl Plan {
    /// The plan for an instruction set.
    #[inline(always)]
    pub fn new<S: Simd, W>(pass: &Pass<'_, *const W>) -> Self {
        let most = MOST.min(S::TILE_PIXELS);
        let groups = pass.blocks.div_ceil(GROUP);
        let panels = pass.samples.div_ceil(most);
        let ranges = panels.div_ceil(SAMPLES / most).max(TASKS.div_ceil(groups).min(panels / 4));
        Self { groups, panels, ranges }
    }

    /// The number of tasks.
    pub fn tasks(&self) -> usize {
        self.groups * self.ranges
    }
}

/// The `i`-th task.
pub struct Task<'a, W> {
    /// What is multiplied.
    pub pass: &'a Pass<'a, *const W>,
    /// How it is cut.
    pub plan: &'a Plan,
    /// The task.
    pub i: usize,
}

#[repr(C, align(64))]
struct Sums([f32; GROUP * SAMPLES * LANES]);

impl<W: Weight> Kernel for Task<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { pass, plan, i } = self;
        let (group, range) = (i / plan.ranges, i % plan.ranges);
        let blocks = group * GROUP..((group + 1) * GROUP).min(pass.blocks);
        let panels = cut(plan.panels, plan.ranges, range)..cut(plan.panels, plan.ranges, range + 1);
        let begin = self.samples(panels.start).start;
        let mut memory = MaybeUninit::<Sums>::uninit();
        let sums = memory.as_mut_ptr().cast::<f32>();
        let place = |block: usize, sample: usize| {
            sums.wrapping_add(((block - blocks.start) * SAMPLES + sample - begin) * LANES)
        };
        let count = panels.len();
        let (chunk, together) = match (count, self.samples(panels.start).len()) {
            (1, 1) => (pass.len, STREAMS),
            (1, 2) => (pass.len, 2),
            (1, _) => (pass.len, S::TILE_BLOCKS),
            _ => (CHUNK, S::TILE_BLOCKS),
        };
        for from in (0..pass.len).step_by(chunk) {
            let len = chunk.min(pass.len - from);
            let mut first = blocks.start;
            while first < blocks.end {
                let together = if first + together <= blocks.end { together } else { 1 };
                let w = pass.w.wrapping_add(first * pass.stream + from * LANES);
                for (j, panel) in panels.clone().enumerate() {
                    let samples = self.samples(panel);
                    let (ahead, ahead_step) = if count == 1 {
                        (AHEAD[0] / size_of::<W>(), LANES)
                    } else {
                        // Each panel asks for its part of a piece.
                        (AHEAD[1] / size_of::<W>() + j * chunk / count * LANES, LANES.div_ceil(count))
                    };
                    let tile = Tile {
                        x: pass.x.wrapping_add(samples.start * pass.x_sample + from),
                        x_sample: pass.x_sample,
                        len,
                        w,
                        stream: pass.stream,
                        ahead: w.wrapping_add(ahead),
                        ahead_step,
                        far: count > 1,
                        sums: place(first, samples.start),
                        resume: from > 0,
                    };
                    // SAFETY: whoever called `forward` promises the samples; the weights are complete; a range has no
                    // more than `SAMPLES` samples.
                    unsafe { tile.product(s, together, samples.len()) };
                }
                first += together;
            }
        }
        for sample in panels.flat_map(|panel| self.samples(panel)) {
            for block in blocks.clone() {
                let at = Segment { sample, block, row: 0, column: 0, len: 1 };
                // SAFETY: the sums have been written above; each task has its own samples and blocks.
                unsafe {
                    pass.epilogue.border(sample, block);
                    pass.epilogue.take(s, at, place(block, sample));
                }
            }
        }
    }
}

impl<W> Task<'_, W> {
    /// The samples of a panel.
    #[inline(always)]
    fn samples(&self, panel: usize) -> Range<usize> {
        let Self { pass, plan, .. } = self;
        cut(pass.samples, plan.panels, panel)..cut(pass.samples, plan.panels, panel + 1)
    }
}
