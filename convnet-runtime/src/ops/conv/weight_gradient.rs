//! The gradient of the weights: for each tap, the sum over samples and positions of the outer products of input and
//! gradient of the sums. The sums run in a fixed order, whoever computes them.

use super::reduce::{Lines, Reduce};
use super::span::Span;
use super::{Algorithm, Geometry, pack};
use crate::cpu::map::LANES;
use crate::cpu::memory::Floats;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, Shared, cut, parallel};
use crate::cpu::view::View;

/// Tasks that keep all processors busy. With fewer, the sums are cut into parts that are added in the end.
const TASKS: usize = 64;
/// Positions that are used for all taps while they are in the nearest cache.
const SEGMENT: usize = 128;

/// Writes the gradient of the packed weights, or adds to it.
///
/// # Safety
/// `x` and `dz` are the input and the gradient of the sums of `batch` samples, of the convolution's sizes; the border of
/// `x` is as wide as the windows reach.
pub unsafe fn weight_gradient(
    geometry: &Geometry,
    x: View,
    dz: View,
    batch: usize,
    gradient: &mut [f32],
    accumulate: bool,
    scratch: &mut Floats,
) {
    let len = pack::packed_len(geometry);
    assert!(gradient.len() >= len, "the gradient is the layer's");
    let single = geometry.output[0] == 1 && geometry.output[1] == 1;
    let lines = if single { 1 } else { batch * geometry.output[0] };
    let mut pass =
        Pass { geometry, x, dz, batch, single, lines, len, parts: 1, resume: accumulate, sums: Shared::new(gradient) };
    let tasks = dispatch(Count(&pass));
    pass.parts = TASKS.div_ceil(tasks).min(lines.div_ceil(4)).max(1);
    if pass.parts > 1 {
        scratch.grow(pass.parts * len);
        pass.resume = false;
        pass.sums = Shared::new(scratch);
    }
    let work = 2 * len * batch * geometry.output[0] * geometry.output[1];
    dispatch(All { pass: &pass, tasks, work });
    if pass.parts > 1 {
        add_parts(&mut gradient[..len], &scratch[..pass.parts * len], accumulate);
    }
}

/// `gradient (+)= sum of the parts`, in order.
fn add_parts(gradient: &mut [f32], parts: &[f32], accumulate: bool) {
    const PIECE: usize = 4096;
    let len = gradient.len();
    let gradient = Shared::new(gradient);
    parallel(len.div_ceil(PIECE), MOVE * parts.len(), |i| {
        let start = i * PIECE;
        // SAFETY: the pieces are different parts of the gradient.
        let to = unsafe { gradient.part(start, PIECE.min(len - start)) };
        if !accumulate {
            to.fill(0.0);
        }
        for part in parts.chunks_exact(len) {
            to.iter_mut().zip(&part[start..]).for_each(|(to, part)| *to += part);
        }
    });
}

struct Pass<'a> {
    geometry: &'a Geometry,
    x: View,
    dz: View,
    batch: usize,
    /// There is one position: a line is the batch.
    single: bool,
    /// Lines of positions to sum over: rows of samples.
    lines: usize,
    /// Floats of the gradient.
    len: usize,
    /// Parts of the lines whose sums lie one behind the other.
    parts: usize,
    /// Add to what is there.
    resume: bool,
    sums: Shared,
}

impl Pass<'_> {
    fn taps(&self) -> usize {
        self.geometry.kernel[0] * self.geometry.kernel[1]
    }

    /// Groups of blocks of filters, and how many parts each group's weights are cut into.
    #[inline(always)]
    fn grid<S: Simd>(&self) -> (usize, usize) {
        let blocks = self.geometry.output[2].div_ceil(LANES);
        match self.geometry.algorithm {
            Algorithm::Blocked => (blocks.div_ceil(S::TILE_BLOCKS), Span::forward(self.geometry).len),
            Algorithm::Planar => (blocks.div_ceil(S::TILE_BLOCKS), self.geometry.input[2]),
            Algorithm::Depthwise => (blocks, 1),
        }
    }
}

/// The number of independent sums.
struct Count<'a>(&'a Pass<'a>);

impl Kernel for Count<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> usize {
        let (groups, pieces) = self.0.grid::<S>();
        groups * pieces
    }
}

struct All<'a> {
    pass: &'a Pass<'a>,
    tasks: usize,
    work: usize,
}

impl Kernel for All<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { pass, tasks, work } = self;
        parallel(tasks * pass.parts, work, |i| s.vectorize(Task { pass, part: i / tasks, i: i % tasks }));
    }
}

/// The weights between a group of blocks of filters and a block (plane) of the input.
struct Task<'a> {
    pass: &'a Pass<'a>,
    part: usize,
    i: usize,
}

impl Kernel for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let geometry = self.pass.geometry;
        let (_, pieces) = self.pass.grid::<S>();
        let (group, piece) = (self.i / pieces, self.i % pieces);
        let blocks = geometry.output[2].div_ceil(LANES);
        if geometry.algorithm == Algorithm::Depthwise {
            self.weights(s, group, 1, group, 0);
            return;
        }
        let span = Span::forward(geometry);
        let end = ((group + 1) * S::TILE_BLOCKS).min(blocks);
        let mut first = group * S::TILE_BLOCKS;
        while first < end {
            let start = |block| if geometry.algorithm == Algorithm::Blocked { span.start(block) } else { 0 };
            let same = (first..end).all(|block| start(block) == start(first));
            let count = if same { end - first } else { 1 };
            self.weights(s, first, count, start(first) + piece, piece);
            first += count;
        }
    }
}

impl Task<'_> {
    /// The weights between `count` blocks of filters and block `from` of the input, which is the `piece`-th that they see.
    #[inline(always)]
    fn weights<S: Simd>(&self, s: S, first: usize, count: usize, from: usize, piece: usize) {
        let (pass, geometry) = (self.pass, self.pass.geometry);
        let taps = pass.taps();
        let depth = geometry.input[2];
        // Rows of 16 weights for each tap: as many as the input's block has channels.
        let (lanes, pieces, valid) = match geometry.algorithm {
            Algorithm::Blocked => (LANES, Span::forward(geometry).len, (depth - from * LANES).min(LANES)),
            Algorithm::Planar => (1, depth, 1),
            Algorithm::Depthwise => (1, 1, 1),
        };
        let stream = pieces * taps * lanes * LANES;
        let start = self.part * pass.len + first * stream + piece * taps * lanes * LANES;
        let to = |block: usize| {
            // SAFETY: the tasks have different weights or parts; the blocks of this one lie a stream apart.
            unsafe { pass.sums.part(start + block * stream, taps * lanes * LANES) }
        };
        if !pass.resume {
            (0..count).for_each(|block| to(block).fill(0.0));
        }
        let sums = pass.sums.get().wrapping_add(start);
        let [begin, end] = [0, 1].map(|i| cut(pass.lines, pass.parts, self.part + i));
        let columns = if pass.single { pass.batch } else { geometry.output[1] };
        let pieces_of_line = columns.div_ceil(SEGMENT);
        let together = (SEGMENT / columns).max(1);
        let mut line = begin;
        while line < end {
            let (sample, row) =
                if pass.single { (0, 0) } else { (line / geometry.output[0], line % geometry.output[0]) };
            let rows = if pass.single { 1 } else { together.min(end - line).min(geometry.output[0] - row) };
            for i in 0..pieces_of_line {
                let [column, last] = [0, 1].map(|j| cut(columns, pieces_of_line, i + j));
                let lines = self.lines(sample, row, column, rows, last - column);
                let lines = Lines {
                    x: lines.x.wrapping_add(from * pass.x.plane),
                    d: lines.d.wrapping_add(first * pass.dz.plane),
                    ..lines
                };
                // SAFETY: whoever called `weight_gradient` promises that the windows lie in the input.
                unsafe { self.taps(s, &lines, sums, stream, lanes, valid, count) };
            }
            line += rows;
        }
        if geometry.algorithm == Algorithm::Blocked && geometry.groups > 1 {
            (0..count).for_each(|block| self.mask(s, first + block, from, to(block)));
        }
    }

    /// Some positions of some rows, in block 0, at the first tap.
    #[inline(always)]
    fn lines(&self, sample: usize, row: usize, column: usize, rows: usize, len: usize) -> Lines {
        let Pass { geometry, x, dz, single, .. } = self.pass;
        let [up, left] = geometry.pad.map(|pad| pad as isize);
        if *single {
            return Lines {
                x: x.at(column, 0, -up, -left),
                d: dz.at(column, 0, 0, 0),
                rows,
                len,
                x_row: 0,
                d_row: 0,
                x_step: x.sample,
                d_step: dz.sample,
                d_block: dz.plane,
            };
        }
        let [down, right] = geometry.stride;
        Lines {
            x: x.at(sample, 0, (row * down) as isize - up, (column * right) as isize - left),
            d: dz.at(sample, 0, row as isize, column as isize),
            rows,
            len,
            x_row: down * x.row,
            d_row: dz.row,
            x_step: right * x.lanes,
            d_step: LANES,
            d_block: dz.plane,
        }
    }

    /// Adds what some positions give to the sums of all taps.
    #[inline(always)]
    unsafe fn taps<S: Simd>(
        &self,
        s: S,
        lines: &Lines,
        sums: *mut f32,
        stream: usize,
        lanes: usize,
        valid: usize,
        blocks: usize,
    ) {
        let (geometry, x) = (self.pass.geometry, &self.pass.x);
        let taps = self.pass.taps();
        let offset = |tap: usize| {
            tap / geometry.kernel[1] * geometry.dilation[0] * x.row
                + tap % geometry.kernel[1] * geometry.dilation[1] * x.lanes
        };
        let reduce = |offsets, count, row: usize| Reduce {
            lines,
            offsets,
            rows: count,
            sums: sums.wrapping_add(row * LANES),
            stream,
        };
        // SAFETY: the promise of whoever called `weight_gradient`.
        unsafe {
            if lanes == 1 {
                for tap in (0..taps).step_by(S::TILE_ROWS) {
                    let offsets = std::array::from_fn(|i| offset((tap + i).min(taps - 1)));
                    let tile = reduce(offsets, S::TILE_ROWS.min(taps - tap), tap);
                    if geometry.algorithm == Algorithm::Depthwise {
                        tile.depthwise(s);
                    } else {
                        tile.scattered(s, blocks);
                    }
                }
                return;
            }
            for tap in 0..taps {
                for lane in (0..valid).step_by(S::TILE_ROWS) {
                    let offsets = [offset(tap) + lane; _];
                    reduce(offsets, S::TILE_ROWS, tap * lanes + lane).consecutive(s, blocks);
                }
            }
        }
    }

    /// Zero where filter and channel belong to different groups.
    #[inline(always)]
    fn mask<S: Simd>(&self, s: S, block: usize, from: usize, weights: &mut [f32]) {
        let geometry = self.pass.geometry;
        let span = Span::transposed(geometry);
        for (row, weights) in weights.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
            let channel = from * LANES + row % LANES;
            let filters = if channel < geometry.input[2] { span.group(channel) } else { 0..0 };
            let bits =
                (0..LANES).filter(|lane| filters.contains(&(block * LANES + lane))).fold(0, |b, lane| b | 1 << lane);
            let v = s.select(s.mask(bits), s.load(weights), s.zero());
            s.store(weights, v);
        }
    }
}
