//! A whole convolution as register tiles: which tiles there are, and which task computes them. What becomes of the sums
//! is the business of a [`Sink`].

use super::finish::Finish;
use super::span::Span;
use super::sweep_ahead::Lines;
use super::sweep_plan::Plan;
use super::sweep_task::Task;
use super::tile::Walk;
use super::transpose::Turn;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::parallel;

/// What is summed: `sums[n, o, y, x] = sum over the walk from (n, y, x)` for the blocks `o` of output channels.
#[derive(Clone, Copy)]
pub struct Sweep<'a> {
    /// Products of one position.
    pub walk: Walk,
    /// The input blocks that each block of the output meets; `None`: all.
    pub span: Option<Span>,
    /// The first tap of position (0, 0) of sample 0 in block 0.
    pub x: *const f32,
    /// From a sample to the next.
    pub x_sample: usize,
    /// From a row of positions to the next.
    pub x_row: usize,
    /// Packed weights.
    pub w: *const f32,
    /// Where they come from instead, if that is not where they lie.
    pub turn: Option<Turn<'a>>,
    /// Samples.
    pub samples: usize,
    /// Rows of positions.
    pub rows: usize,
    /// Columns of positions.
    pub columns: usize,
    /// Blocks of output channels.
    pub blocks: usize,
    /// The sink wants 2x2 positions at a time; an odd last row or column is not computed.
    pub pool: bool,
}

// SAFETY: what it points to is only read; whoever calls `run` promises that nobody writes there meanwhile.
unsafe impl Sync for Sweep<'_> {}

/// Positions of one row.
#[derive(Clone, Copy, Debug)]
pub struct Segment {
    /// Sample.
    pub sample: usize,
    /// Block of output channels.
    pub block: usize,
    /// Row.
    pub row: usize,
    /// First column.
    pub column: usize,
    /// Number of columns.
    pub len: usize,
}

/// No positions.
pub const NOTHING: Segment = Segment { sample: 0, block: 0, row: 0, column: 0, len: 0 };

/// What becomes of the sums. Methods must be `#[inline(always)]`.
pub trait Sink: Sync {
    /// Takes the sums of a segment, `[column][16]`.
    ///
    /// # Safety
    /// The sums are there, the segment lies in the sweep, and no other thread has the same one.
    unsafe fn take<S: Simd>(&self, s: S, at: Segment, sums: *const f32);

    /// Takes the sums of two rows, of which rows and columns count in pairs.
    ///
    /// # Safety
    /// As for `take`.
    unsafe fn take_pairs<S: Simd>(&self, s: S, at: Segment, top: *const f32, bottom: *const f32);

    /// Whether the largest sums of a window of the pool are all that it wants: it then takes those as it takes others.
    fn wants_largest(&self) -> bool {
        false
    }

    /// Where the words of a segment's winners go, if it keeps them: see [`Stage::winners`](super::Stage::winners).
    #[inline(always)]
    fn winners(&self, _: Segment) -> Option<*mut u32> {
        None
    }

    /// Takes the largest sums of the pool's windows in two halves of lines, of at most 8 channels: lanes 0 to 7 of `v[j]` are
    /// those of window j of the first. Of each, the last ones count.
    ///
    /// # Safety
    /// As for `take`; it wants the largest and keeps no winners.
    #[inline(always)]
    unsafe fn take_windows<S: Simd>(&self, _: S, _: [Segment; 2], _: [S::V; 4]) {
        unreachable!("it does not want them");
    }

    /// What it does with the sums of positions from a segment's first one on, for so many blocks, if registers can do it: it then
    /// does not take them.
    #[inline(always)]
    fn finish(&self, _: Segment, _blocks: usize) -> Option<Finish> {
        None
    }

    /// The lines that it touches when it takes a segment, where these are worth asking for.
    #[inline(always)]
    fn lines(&self, _: Segment) -> [Lines; 2] {
        [Lines::NONE; 2]
    }

    /// Is called once for each sample and block.
    ///
    /// # Safety
    /// As for `take`.
    unsafe fn border(&self, sample: usize, block: usize);
}

impl Sweep<'_> {
    /// Computes all sums.
    ///
    /// # Safety
    /// The walk stays in the input and the weights for every position and block, nobody writes there meanwhile, and
    /// the sink can take every segment.
    pub unsafe fn run<K: Sink>(&self, sink: &K) {
        // SAFETY: the caller's promise.
        unsafe { Self::run_all([Some((self, sink))]) };
    }

    /// Computes all sums of several sweeps in one loop.
    ///
    /// # Safety
    /// As for `run`; no two sinks write the same.
    pub unsafe fn run_all<K: Sink, const N: usize>(sweeps: [Option<(&Self, &K)>; N]) {
        dispatch(All(sweeps));
    }

    /// The first input block that a block of the output meets.
    #[inline(always)]
    pub fn from(&self, block: usize) -> usize {
        self.span.map_or(0, |span| span.start(block))
    }
}

/// Sweeps on one instruction set.
struct All<'a, K, const N: usize>([Option<(&'a Sweep<'a>, &'a K)>; N]);

impl<K: Sink, const N: usize> Kernel for All<'_, K, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let plans = self.0.map(|sweep| sweep.map(|(sweep, sink)| (Plan::new::<S>(sweep), sink)));
        let all = || plans.iter().flatten();
        let (tasks, work) = all().fold((0, 0), |(tasks, work), (plan, _)| (tasks + plan.tasks(), work + plan.work));
        parallel(tasks, work, |task| {
            let mut i = task;
            for (plan, sink) in all() {
                if i < plan.tasks() {
                    s.vectorize(Task { plan, sink: *sink, i });
                    break;
                }
                i -= plan.tasks();
            }
        });
    }
}
