//! Batches of volumes in the arena: one to read ([`Source`]), one to write in parts that threads share ([`Target`]).

mod part;
#[cfg(test)]
mod tests;

pub use part::{Part, put};

use std::marker::PhantomData;
use std::ops::Range;

use super::map::{Buffer, Gradient, LANES, Map};
use super::run::Run;
use super::simd::{Kernel, Simd, dispatch};
use super::threads::{self, Shared};

/// A batch of volumes to read.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    data: &'a [f32],
    map: Map,
    sample: usize,
}

/// A batch of volumes to write, or to add to.
#[derive(Debug)]
pub struct Target<'a> {
    data: &'a mut [f32],
    map: Map,
    sample: usize,
    accumulate: bool,
}

/// How a target is cut into the parts that a [`Job`] gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// One row of one block.
    Rows,
    /// All rows of one block.
    Planes,
    /// One row of all blocks.
    Columns,
}

/// Floats that a thread takes at a time, if the parts are not larger.
const TASK: usize = 4096;

/// What is done with each part. `run` must be `#[inline(always)]`.
pub trait Job: Sync {
    /// Time per float of the target, in units of copying it: says when threads are worth their while.
    fn cost(&self) -> usize {
        1
    }

    /// Writes every position of the part, or adds to it.
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>);
}

impl<'a> Source<'a> {
    /// Samples as `map` says.
    ///
    /// # Panics
    /// If `data` is no whole number of samples.
    pub fn new(data: &'a [f32], map: Map) -> Self {
        Self::with_stride(data, map, map.sample())
    }

    /// A tensor in NCHW order.
    ///
    /// # Panics
    /// If `data` is no whole number of samples.
    pub fn nchw(data: &'a [f32], channels: usize, height: usize, width: usize) -> Self {
        Self::with_stride(data, Map::planes(channels, height, width), channels * height * width)
    }

    fn with_stride(data: &'a [f32], map: Map, sample: usize) -> Self {
        assert_eq!(data.len() % sample, 0, "a batch is a whole number of samples");
        Self { data, map, sample }
    }

    /// The layout.
    #[inline(always)]
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// One row without its border.
    #[inline(always)]
    pub fn row(&self, sample: usize, block: usize, y: usize) -> &'a [f32] {
        let start = sample * self.sample + self.map.origin() + block * self.map.plane() + y * self.map.row();
        &self.data[start..start + self.map.width * self.map.lanes()]
    }

    /// All floats of the sample's buffer.
    pub fn sample(&self, sample: usize) -> &'a [f32] {
        &self.data[sample * self.sample..(sample + 1) * self.sample]
    }

    /// One row of a blocked volume as vectors.
    #[inline(always)]
    pub fn vectors(&self, sample: usize, block: usize, y: usize) -> &'a [[f32; LANES]] {
        self.row(sample, block, y).as_chunks().0
    }

    /// The vector at a sample, block, row and position of a blocked volume.
    #[inline(always)]
    pub fn vector(&self, [sample, block, y, x]: [usize; 4]) -> &'a [f32; LANES] {
        &self.vectors(sample, block, y)[x]
    }
}

impl<'a> Target<'a> {
    /// Samples as `map` says, to overwrite, borders included, or to add to.
    ///
    /// # Panics
    /// If `data` is no whole number of samples.
    pub fn new(data: &'a mut [f32], map: Map, accumulate: bool) -> Self {
        Self::with_stride(data, map, map.sample(), accumulate)
    }

    /// A tensor in NCHW order, to overwrite.
    ///
    /// # Panics
    /// If `data` is no whole number of samples.
    pub fn nchw(data: &'a mut [f32], channels: usize, height: usize, width: usize) -> Self {
        Self::with_stride(data, Map::planes(channels, height, width), channels * height * width, false)
    }

    fn with_stride(data: &'a mut [f32], map: Map, sample: usize, accumulate: bool) -> Self {
        assert_eq!(data.len() % sample, 0, "a batch is a whole number of samples");
        assert!(map.first + map.own_blocks() <= map.blocks, "a map lies in its buffer");
        Self { data, map, sample, accumulate }
    }

    /// The layout.
    pub fn map(&self) -> &Map {
        &self.map
    }

    /// Runs the job on all parts of all blocks.
    pub fn each<J: Job>(self, cut: Cut, job: &J) {
        let blocks = 0..self.map.own_blocks();
        self.each_of(blocks, cut, job);
    }

    /// Runs the job on the parts of some blocks, several at a time where that pays. Writes zero into the border first,
    /// unless it adds.
    ///
    /// # Panics
    /// If the target has no such blocks.
    pub fn each_of<J: Job>(self, blocks: Range<usize>, cut: Cut, job: &J) {
        let Self { data, map, sample, accumulate } = self;
        assert!(blocks.end <= map.own_blocks(), "the blocks are the target's own");
        let batch = data.len() / sample;
        let (blocks_at_once, rows_at_once) = match cut {
            Cut::Rows => (1, 1),
            Cut::Planes => (1, map.height),
            Cut::Columns => (blocks.len(), 1),
        };
        if batch * blocks.len() * map.height == 0 {
            return;
        }
        let down = map.height / rows_at_once;
        let per_sample = blocks.len() / blocks_at_once * down;
        let base = Shared::new(data);
        let len = sample - map.first * map.plane();
        let part = |index: usize| {
            let (n, block, y) = (index / per_sample, index % per_sample / down, index % down);
            let (block, y) = (blocks.start + block * blocks_at_once, y * rows_at_once);
            Part {
                // SAFETY: n is less than the batch and the map begins within the sample.
                base: unsafe { base.get().add(n * sample + map.first * map.plane()) },
                len,
                map,
                accumulate,
                sample: n,
                blocks: block..block + blocks_at_once,
                rows: y..y + rows_at_once,
                borrow: PhantomData,
            }
        };
        let parts = batch * per_sample;
        let floats = blocks_at_once * rows_at_once * map.row();
        let step = (TASK / floats.max(1)).clamp(1, parts);
        threads::parallel(parts.div_ceil(step), parts * floats * job.cost() * threads::MOVE, |task| {
            let indices = task * step..((task + 1) * step).min(parts);
            dispatch(Parts { indices, part: &part, job });
        });
    }
}

/// Some parts in turn.
struct Parts<'a, P, J> {
    indices: Range<usize>,
    part: &'a P,
    job: &'a J,
}

impl<'t, P: Fn(usize) -> Part<'t>, J: Job> Kernel for Parts<'_, P, J> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for index in self.indices {
            let mut part = (self.part)(index);
            if !part.accumulate {
                part.clear_border();
            }
            self.job.run(s, &mut part);
        }
    }
}

impl Map {
    /// Planes without a border.
    pub const fn planes(channels: usize, height: usize, width: usize) -> Self {
        let layout = super::map::Layout::Planar;
        Self { height, width, channels, border: [0; 4], layout, blocks: channels, first: 0 }
    }
}

impl From<&Buffer> for Gradient {
    fn from(buffer: &Buffer) -> Self {
        Self { buffer: *buffer, accumulate: false }
    }
}

impl From<&Gradient> for Gradient {
    fn from(gradient: &Gradient) -> Self {
        *gradient
    }
}

impl Run<'_> {
    /// Volumes to read and one to write.
    ///
    /// # Panics
    /// If what is written overlaps what is read.
    pub fn volumes<const R: usize>(
        &mut self,
        reads: [&Buffer; R],
        write: impl Into<Gradient>,
    ) -> ([Source<'_>; R], Target<'_>) {
        let batch = self.batch;
        let Gradient { buffer, accumulate } = write.into();
        let (sources, [target]) = self.split(reads.map(|buffer| buffer.range(batch)), [buffer.range(batch)]);
        let mut sources = sources.into_iter().zip(reads);
        let sources = std::array::from_fn(|_| match sources.next() {
            Some((data, buffer)) => Source::new(data, buffer.map),
            None => unreachable!("as many sources as buffers"),
        });
        (sources, Target::new(target, buffer.map, accumulate))
    }
}
