//! How a convolution is cut into tasks. All constants are here.

use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd};

/// What a task computes, and how much memory it needs for it.
#[derive(Clone, Copy, Debug)]
pub struct Blocks {
    /// Blocks of tiles.
    pub count: usize,
    /// Blocks of output channels whose points are computed before any is transformed back.
    pub group: usize,
    /// Tasks share the transformed input of one block of tiles after the other, and each takes a group.
    pub shared: bool,
    /// Floats of the transformed input of a block of tiles.
    pub input: usize,
    /// Floats of the points of a group.
    pub points: usize,
}

/// The sizes that blocks are chosen for.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Outputs of a tile in a direction.
    pub size: usize,
    /// All tiles.
    pub tiles: usize,
    /// Blocks of input channels.
    pub from: usize,
    /// Blocks of output channels.
    pub to: usize,
    /// Threads.
    pub threads: usize,
}

/// Floats from a point to the next, where there are so many for each. Not a multiple of 128 bytes: all points of a tile are
/// written at the same time.
pub fn step(floats: usize) -> usize {
    if floats.is_multiple_of(2 * LANES) { floats + LANES } else { floats }
}

/// Tiles of a block.
const TILES: usize = 28;
/// Register tiles of output channels in a group.
const GROUP: usize = 2;

impl Kernel for Sizes {
    type Output = Blocks;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> Blocks {
        let Self { size, tiles, from, to, threads } = self;
        let points = (size + 2) * (size + 2);
        let shared = tiles < TILES * threads;
        let mut count = tiles.div_ceil(TILES);
        if !shared && count < 16 * threads {
            count = count.next_multiple_of(threads).min(tiles);
        }
        let group = (GROUP * S::TILE_BLOCKS).min(to);
        let tiles = tiles.div_ceil(count);
        Blocks {
            count,
            group,
            shared,
            input: points * step(from * tiles * LANES).max(step(from * (tiles - 1) * LANES)),
            points: points * step(group * tiles * LANES).max(step(group * (tiles - 1) * LANES)),
        }
    }
}
