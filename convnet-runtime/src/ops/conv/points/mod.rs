//! Convolutions with fewer products than their sums have: what Winograd's squares and Strassen's pairs do.
//!
//! The output is cut into tiles. At each of its points a tile is a product of matrices: the tiles' channels by the filters'
//! channels. So a block of tiles goes through three steps, each from and to memory that stays in a near cache:
//!
//! | | from | to |
//! | --- | --- | --- |
//! | [`Tiles::input`] | the volume | V `[point][c / 16][tile][16]` |
//! | products | V and U, the filters at the points | M `[point][k / 16][tile][16]` |
//! | [`Tiles::sums`] | M | rows of sums, for a [`Sink`] |
//!
//! Groups that have blocks of channels of their own are so many convolutions, whose tasks come in one loop.

mod blocks;
mod convolution;

use std::ops::Range;

pub use convolution::Convolution;

use super::sweep::Sink;
use super::sweep_ahead::Next;
use crate::cpu::map::LANES;
use crate::cpu::memory::Floats;
use crate::cpu::simd::Simd;
use crate::cpu::threads::{MOVE, Shared, parallel};

/// Weights of one tap between 16 filters and 16 channels.
pub const SQUARE: usize = LANES * LANES;

/// Floats from a point of the filters to the next, `[k / 16][point][c / 16][16 c][16 k]`, for so many blocks of channels. Not a
/// multiple of 128 bytes: all points of a filter are written at the same time.
fn filters_step(blocks: usize) -> usize {
    blocks * SQUARE + LANES
}

/// Makes the filters at the points, of so many blocks of output and of input channels: `pair` writes those of one block of each.
pub fn filters([outer, inner]: [usize; 2], points: usize, to: &mut Floats, pair: impl Fn([usize; 2], Points) + Sync) {
    let step = filters_step(inner);
    to.grow(outer * points * step);
    let to = Shared::new(to);
    parallel(outer * inner, MOVE * outer * inner * points * SQUARE, |i| {
        let (o, i) = (i / inner, i % inner);
        // SAFETY: the place of one block of the outer and one of the inner channels, within what was made room for.
        let start = unsafe { to.get().add(o * points * step + i * SQUARE) };
        pair([o, i], Points { start, step });
    });
}

/// Points that lie in memory: `[point][tile][16]` of a volume, `[point][c / 16][16 c][16 k]` of filters.
#[derive(Clone, Copy)]
pub struct Points {
    /// The first point of the first tile.
    pub start: *mut f32,
    /// From a point to the next, in floats. A multiple of 32 puts all points into few sets of a cache.
    pub step: usize,
}

/// The tiles of a convolution, and their transforms. Methods must be `#[inline(always)]`.
pub trait Tiles: Sync {
    /// What a block of tiles reads that will be computed soon.
    type Ahead: Ahead;

    /// All tiles.
    fn count(&self) -> usize;

    /// Points of a tile.
    fn points(&self) -> usize;

    /// Writes the points of some tiles, of one block of 16 channels.
    ///
    /// # Safety
    /// The volume can be read, and there is room for what is written.
    unsafe fn input<S: Simd>(&self, s: S, block: usize, tiles: Range<usize>, to: Points);

    /// The input of some tiles, of some blocks of channels.
    fn ahead(&self, blocks: Range<usize>, tiles: Range<usize>) -> Self::Ahead;

    /// Transforms the points of some tiles of one block of output channels into sums, and gives them to a sink.
    ///
    /// # Safety
    /// The points are there, the sink can take the tiles' segments, and no other thread has the same ones.
    unsafe fn sums<S: Simd, K: Sink>(&self, s: S, from: Points, tiles: Range<usize>, block: usize, sink: &K);
}

/// The input of a block of tiles that will be transformed soon, asked for while products are computed: these leave memory
/// idle, the transforms wait for it.
pub trait Ahead {
    /// The next lines, to be asked for one by one with the channels of a group; none behind the last ones.
    fn lines(&mut self) -> Next;
}
