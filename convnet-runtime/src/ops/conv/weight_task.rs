//! One task of the weights' gradient: some rows of weights, 16 filters each, for a tile's blocks of filters.

use super::Algorithm;
use super::reduce::{Lines, ROWS, Reduce};
use super::span::Span;
use super::weight_ahead::Ahead;
use super::weight_gradient::Pass;
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};
use crate::cpu::threads::cut;

/// Most rows of a task where each has its own place in the input.
const SCATTERED: usize = 192;
/// Positions of the input that are used for all rows while they are in the nearest cache.
const SEGMENT: usize = 128;
/// The same of planes, which are small.
const PLANAR: usize = 64;
/// Blocks of channels on either side that a task of filters with few taps has: each has to be worth its way to the cache.
const TOGETHER: usize = 4;
/// Fewer taps are few.
const TAPS: usize = 4;

/// The `i`-th task of a part of the positions.
pub struct Task<'a> {
    /// What is summed.
    pub pass: &'a Pass<'a>,
    /// The part of the positions.
    pub part: usize,
    /// The task.
    pub i: usize,
}

impl Pass<'_> {
    /// Groups of blocks of filters, and the pieces that each group's rows are cut into.
    #[inline(always)]
    pub fn grid<S: Simd>(&self) -> (usize, usize) {
        let blocks = self.geometry.output[2].div_ceil(LANES);
        let together = self.together();
        match self.geometry.algorithm {
            Algorithm::Blocked => {
                (blocks.div_ceil(S::TILE_BLOCKS * together), Span::forward(self.geometry).len.div_ceil(together))
            }
            Algorithm::Planar => (blocks.div_ceil(S::TILE_BLOCKS), self.rows().div_ceil(SCATTERED)),
            Algorithm::Depthwise => (blocks, self.rows().div_ceil(SCATTERED)),
        }
    }

    /// Tiles of filters, and blocks of the input, of a task.
    fn together(&self) -> usize {
        let few = self.geometry.kernel[0] * self.geometry.kernel[1] < TAPS;
        if few && self.geometry.algorithm == Algorithm::Blocked && self.geometry.groups == 1 { TOGETHER } else { 1 }
    }

    /// Rows of weights of a block of filters.
    fn rows(&self) -> usize {
        let taps = self.geometry.kernel[0] * self.geometry.kernel[1];
        match self.geometry.algorithm {
            Algorithm::Blocked => Span::forward(self.geometry).len * taps * LANES,
            Algorithm::Planar => self.geometry.input[2] * taps,
            Algorithm::Depthwise => taps,
        }
    }
}

impl Kernel for Task<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (pass, geometry) = (self.pass, self.pass.geometry);
        let (groups, pieces) = pass.grid::<S>();
        let (group, piece) = (self.i / pieces, self.i % pieces);
        let stream = pass.rows();
        let mut all = [Rows::default(); TOGETHER * TOGETHER * 2];
        let mut count = 0;
        let mut add = |rows: Rows| {
            all[count] = rows;
            count += 1;
        };
        let filters = geometry.output[2].div_ceil(LANES);
        let [mut first, last] =
            [0, 1].map(|i| cut(filters.div_ceil(S::TILE_BLOCKS), groups, group + i) * S::TILE_BLOCKS);
        let last = last.min(filters);
        let [start, end] = [0, 1].map(|i| cut(stream, pieces, piece + i));
        match geometry.algorithm {
            Algorithm::Depthwise => add(Rows { first: group, blocks: 1, from: group, start, end, stream }),
            Algorithm::Planar => add(Rows { first, blocks: last - first, from: 0, start, end, stream }),
            Algorithm::Blocked => {
                let span = Span::forward(geometry);
                let len = stream / span.len;
                while first < last {
                    // Blocks go together where they meet the same input.
                    let most = S::TILE_BLOCKS.min(last - first);
                    let same = (first..first + most).all(|block| span.start(block) == span.start(first));
                    let blocks = if same { most } else { 1 };
                    for i in cut(span.len, pieces, piece)..cut(span.len, pieces, piece + 1) {
                        let (from, start) = (span.start(first) + i, i * len);
                        add(Rows { first, blocks, from, start, end: start + len, stream });
                    }
                    first += blocks;
                }
            }
        }
        self.sum(s, &all[..count]);
    }
}

/// Rows of weights.
#[derive(Clone, Copy, Default)]
struct Rows {
    /// The first block of filters.
    first: usize,
    /// Blocks of filters.
    blocks: usize,
    /// The block of the input that the rows begin with.
    from: usize,
    /// The first row.
    start: usize,
    /// Behind the last row.
    end: usize,
    /// Rows of a block of filters.
    stream: usize,
}

/// Positions of some rows of a sample.
#[derive(Clone, Copy)]
struct Piece {
    sample: usize,
    row: usize,
    column: usize,
    rows: usize,
    len: usize,
}

impl Task<'_> {
    /// Where the sums of some rows begin; those of the next block of filters lie a stream further.
    #[inline(always)]
    fn start(&self, rows: &Rows) -> usize {
        self.part * self.pass.len + (rows.first * rows.stream + rows.start) * LANES
    }

    /// The sums of the gradient for the bias, if it is this task that has the first rows of these filters.
    #[inline(always)]
    fn totals<'a>(&self, rows: &Rows) -> Option<&'a mut [f32]> {
        let filters = self.pass.geometry.output[2].next_multiple_of(LANES);
        let totals = self.pass.totals.filter(|_| rows.start == 0)?;
        // SAFETY: one task of each part has the first rows of a block.
        Some(unsafe { totals.part(self.part * filters + rows.first * LANES, rows.blocks * LANES) })
    }

    /// The sums of one block of filters.
    #[inline(always)]
    fn weights<'a>(&self, rows: &Rows, block: usize) -> &'a mut [f32] {
        let start = self.start(rows) + block * rows.stream * LANES;
        // SAFETY: the tasks have different rows or parts.
        unsafe { self.pass.sums.part(start, (rows.end - rows.start) * LANES) }
    }

    /// Channels of the block of the input that the rows are for.
    #[inline(always)]
    fn channels(&self, rows: &Rows) -> usize {
        let geometry = self.pass.geometry;
        if geometry.algorithm == Algorithm::Blocked {
            (geometry.input[2] - rows.from * LANES).min(LANES)
        } else {
            LANES
        }
    }

    /// Sums over the positions of this task's part.
    #[inline(always)]
    fn sum<S: Simd>(&self, s: S, all: &[Rows]) {
        let (pass, geometry) = (self.pass, self.pass.geometry);
        let narrow = if geometry.algorithm == Algorithm::Blocked && geometry.groups > 1 {
            Span::forward(geometry).narrow()
        } else {
            None
        };
        for rows in all {
            if let Some(totals) = self.totals(rows) {
                totals.fill(0.0);
            }
            for block in 0..rows.blocks {
                let weights = self.weights(rows, block);
                match narrow {
                    Some(width) if pass.resume => Self::condense(s, width, weights),
                    // Channels that there are not.
                    None if !pass.resume && self.channels(rows) < LANES => weights.fill(0.0),
                    _ => {}
                }
            }
        }
        let mut offsets = [0; SCATTERED];
        if geometry.algorithm != Algorithm::Blocked {
            for (i, offset) in offsets.iter_mut().enumerate().take(all[0].end - all[0].start) {
                *offset = self.offset(all[0].start + i);
            }
        }
        let mut resume = pass.resume;
        let mut pieces = self.pieces().peekable();
        while let Some(piece) = pieces.next() {
            let mut ahead = pieces.peek().map_or(Ahead::NOTHING, |piece| self.ahead::<S>(all, piece));
            for rows in all {
                let lines = self.lines(rows, &piece);
                let sums = pass.sums.get().wrapping_add(self.start(rows));
                // SAFETY: whoever called `weight_gradient` promises that the windows lie in the input.
                unsafe {
                    if let Some(width) = narrow {
                        self.grouped(s, width, &lines, sums, resume);
                    } else if geometry.algorithm == Algorithm::Blocked {
                        self.consecutive(s, rows, &lines, (sums, resume), &mut ahead);
                    } else {
                        self.scattered(s, rows, &lines, (sums, resume), &offsets, &mut ahead);
                    }
                    if let Some(totals) = self.totals(rows) {
                        lines.totals(s, totals);
                    }
                }
            }
            resume = true;
        }
        if geometry.algorithm != Algorithm::Blocked || geometry.groups == 1 {
            return;
        }
        for rows in all {
            for block in 0..rows.blocks {
                let weights = self.weights(rows, block);
                match narrow {
                    Some(width) => Self::spread(s, width, weights),
                    None => self.mask(s, rows.first + block, rows.from, weights),
                }
            }
        }
    }

    /// Pieces of this task's part of the positions, small enough for a near cache.
    #[inline(always)]
    fn pieces(&self) -> impl Iterator<Item = Piece> {
        let (pass, geometry) = (self.pass, self.pass.geometry);
        let [mut line, end] = [0, 1].map(|i| cut(pass.lines, pass.parts, self.part + i));
        let columns = if pass.single { pass.batch } else { geometry.output[1] };
        // A step of the filter passes over positions of the input that other taps use.
        let passed = |i: usize| geometry.stride[i].min(geometry.kernel[i]);
        let segment = match geometry.algorithm {
            Algorithm::Planar => PLANAR,
            _ => SEGMENT / (passed(0) * passed(1)).min(TAPS),
        };
        let segments = columns.div_ceil(segment);
        let mut i = 0;
        std::iter::from_fn(move || {
            if line == end {
                return None;
            }
            let (sample, row) =
                if pass.single { (0, 0) } else { (line / geometry.output[0], line % geometry.output[0]) };
            let rows = if pass.single { 1 } else { (segment / columns).clamp(1, geometry.output[0] - row) };
            let rows = rows.min(end - line);
            let [column, last] = [0, 1].map(|j| cut(columns, segments, i + j));
            i += 1;
            if i == segments {
                (line, i) = (line + rows, 0);
            }
            Some(Piece { sample, row, column, rows, len: last - column })
        })
    }

    /// What to ask for before a piece. Filters with many taps find it soon enough.
    #[inline(always)]
    fn ahead<S: Simd>(&self, all: &[Rows], piece: &Piece) -> Ahead {
        let Pass { geometry, x, .. } = self.pass;
        let mut ahead = Ahead::NOTHING;
        let depthwise = geometry.algorithm == Algorithm::Depthwise;
        if self.pass.together() == 1 && !depthwise || self.pass.single {
            return ahead;
        }
        // The rows before have read those of the other taps.
        let skip = (geometry.dilation[0] * (geometry.kernel[0] - 1)).saturating_sub(geometry.stride[0] - 1) * x.row;
        let mut tiles = 0;
        for rows in all {
            let lines = self.lines(rows, piece);
            ahead.add(&lines, rows.blocks, skip);
            tiles += (rows.end - rows.start).div_ceil(S::TILE_ROWS);
        }
        ahead.divide(tiles);
        ahead
    }

    /// Where a row finds its input, if it has its own place.
    #[inline(always)]
    fn offset(&self, row: usize) -> usize {
        let (geometry, x) = (self.pass.geometry, &self.pass.x);
        let taps = geometry.kernel[0] * geometry.kernel[1];
        let (plane, tap) = (row / taps, row % taps);
        plane * x.plane
            + tap / geometry.kernel[1] * geometry.dilation[0] * x.row
            + tap % geometry.kernel[1] * geometry.dilation[1] * x.lanes
    }

    /// The positions of a piece, at the first tap.
    #[inline(always)]
    fn lines(&self, rows: &Rows, piece: &Piece) -> Lines {
        let Pass { geometry, x, dz, single, .. } = self.pass;
        let Piece { sample, row, column, rows: together, len } = *piece;
        let [up, left] = geometry.pad.map(|pad| pad as isize);
        if *single {
            return Lines {
                x: x.at(column, rows.from, -up, -left),
                d: dz.at(column, rows.first, 0, 0),
                rows: 1,
                len,
                x_row: 0,
                d_row: 0,
                x_step: x.sample,
                d_step: dz.sample,
                d_block: dz.plane,
            };
        }
        let [down, right] = geometry.stride;
        let (x_row, x_step) = (down * x.row, right * x.lanes);
        // Without borders, rows follow each other as positions do.
        let flat = x_row == len * x_step && dz.row == len * LANES;
        let (together, len) = if flat { (1, together * len) } else { (together, len) };
        Lines {
            x: x.at(sample, rows.from, (row * down) as isize - up, (column * right) as isize - left),
            d: dz.at(sample, rows.first, row as isize, column as isize),
            rows: together,
            len,
            x_row,
            d_row: dz.row,
            x_step,
            d_step: LANES,
            d_block: dz.plane,
        }
    }

    /// Rows of a planar or depthwise convolution.
    #[inline(always)]
    unsafe fn scattered<S: Simd>(
        &self,
        s: S,
        rows: &Rows,
        lines: &Lines,
        (sums, resume): (*mut f32, bool),
        offsets: &[usize; SCATTERED],
        ahead: &mut Ahead,
    ) {
        let count = rows.end - rows.start;
        let tiles = count.div_ceil(S::TILE_ROWS);
        for i in 0..tiles {
            let [row, next] = [0, 1].map(|j| cut(count, tiles, i + j));
            let offsets: [usize; ROWS] = std::array::from_fn(|i| offsets[(row + i).min(count - 1)]);
            let tile = Reduce {
                lines,
                offsets,
                rows: next - row,
                sums: sums.wrapping_add(row * LANES),
                stream: rows.stream * LANES,
                resume,
            };
            ahead.ask(s);
            // SAFETY: the caller's promise.
            unsafe {
                if self.pass.geometry.algorithm == Algorithm::Depthwise {
                    tile.depthwise(s);
                } else {
                    tile.scattered(s, rows.blocks);
                }
            }
        }
    }

    /// Rows of a blocked convolution: for each tap, as many as the input's block has channels.
    #[inline(always)]
    unsafe fn consecutive<S: Simd>(
        &self,
        s: S,
        rows: &Rows,
        lines: &Lines,
        (mut sums, resume): (*mut f32, bool),
        ahead: &mut Ahead,
    ) {
        let (geometry, x) = (self.pass.geometry, &self.pass.x);
        let channels = self.channels(rows);
        let tiles = channels.div_ceil(S::TILE_ROWS);
        for y in 0..geometry.kernel[0] {
            for column in 0..geometry.kernel[1] {
                let offset = y * geometry.dilation[0] * x.row + column * geometry.dilation[1] * x.lanes;
                for i in 0..tiles {
                    let [lane, next] = [0, 1].map(|j| cut(channels, tiles, i + j));
                    let tile = Reduce {
                        lines,
                        offsets: [offset + lane; ROWS],
                        rows: next - lane,
                        sums: sums.wrapping_add(lane * LANES),
                        stream: rows.stream * LANES,
                        resume,
                    };
                    ahead.ask(s);
                    // SAFETY: the caller's promise.
                    unsafe { tile.consecutive(s, rows.blocks) };
                }
                sums = sums.wrapping_add(LANES * LANES);
            }
        }
    }

    /// Rows of groups of few channels: for each tap as many as a group has.
    #[inline(always)]
    unsafe fn grouped<S: Simd>(&self, s: S, width: usize, lines: &Lines, sums: *mut f32, resume: bool) {
        let (geometry, x) = (self.pass.geometry, &self.pass.x);
        for tap in 0..geometry.kernel[0] * geometry.kernel[1] {
            let [y, column] = [tap / geometry.kernel[1], tap % geometry.kernel[1]];
            let offset = y * geometry.dilation[0] * x.row + column * geometry.dilation[1] * x.lanes;
            let sums = sums.wrapping_add(tap * LANES * LANES);
            let tile = Reduce { lines, offsets: [offset; ROWS], rows: width, sums, stream: 0, resume };
            // SAFETY: the caller's promise.
            unsafe { tile.grouped(s, width) };
        }
    }

    /// The first rows of each tap become those of all groups: lane k's are for the channels of its own.
    #[inline(always)]
    fn spread<S: Simd>(s: S, width: usize, weights: &mut [f32]) {
        for tap in weights.as_chunks_mut::<{ LANES * LANES }>().0 {
            let (rows, _) = tap.as_chunks_mut::<LANES>();
            // From the last on: the first ones are read until then.
            for row in (0..LANES).rev() {
                let group = row / width * width;
                let own = s.mask((((1_u32 << width) - 1) << group) as u16);
                let v = s.load(&rows[row % width]);
                s.store(&mut rows[row], s.select(own, v, s.zero()));
            }
        }
    }

    /// The reverse of `spread`.
    #[inline(always)]
    fn condense<S: Simd>(s: S, width: usize, weights: &mut [f32]) {
        for tap in weights.as_chunks_mut::<{ LANES * LANES }>().0 {
            let (rows, _) = tap.as_chunks_mut::<LANES>();
            for first in 0..width {
                let mut v = s.load(&rows[first]);
                for row in (first + width..LANES).step_by(width) {
                    v = s.add(v, s.load(&rows[row]));
                }
                s.store(&mut rows[first], v);
            }
        }
    }

    /// Zero where filter and channel belong to different groups.
    #[inline(always)]
    fn mask<S: Simd>(&self, s: S, block: usize, from: usize, weights: &mut [f32]) {
        let geometry = self.pass.geometry;
        let span = Span::transposed(geometry);
        for (i, square) in weights.chunks_exact_mut(self.square()).enumerate() {
            for lane in 0..LANES {
                let channel = (from + i) * LANES + lane;
                let filters = if channel < geometry.input[2] { span.group(channel) } else { 0..0 };
                let [start, end] = [filters.start, filters.end].map(|k| k.saturating_sub(block * LANES).min(LANES));
                let bits = ((1_u32 << end) - 1) & !((1_u32 << start) - 1);
                if bits == 0xffff {
                    continue;
                }
                let own = s.mask(bits as u16);
                for tap in square.as_chunks_mut::<{ LANES * LANES }>().0 {
                    let row = &mut tap.as_chunks_mut::<LANES>().0[lane];
                    s.store(row, s.select(own, s.load(row), s.zero()));
                }
            }
        }
    }

    /// Floats of the weights between two blocks.
    fn square(&self) -> usize {
        self.pass.geometry.kernel[0] * self.pass.geometry.kernel[1] * LANES * LANES
    }
}
