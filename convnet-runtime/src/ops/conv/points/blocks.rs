//! How a convolution is cut into tasks. All constants are here.

use crate::cpu::map::LANES;
use crate::cpu::simd::{Isa, Kernel, Simd};

/// What a task computes, and how much memory it needs for it.
#[derive(Clone, Copy, Debug)]
pub struct Blocks {
    /// Blocks of tiles, of each group.
    pub count: usize,
    /// Blocks of output channels whose points are computed before any is transformed back.
    pub together: usize,
    /// Tasks share the transformed input of one block of tiles after the other, and each takes some output channels of a group.
    pub shared: bool,
    /// Floats of the transformed input of a block of tiles of a group.
    pub input: usize,
    /// Floats of the points of the blocks of output channels that go together.
    pub points: usize,
}

/// The sizes that blocks are chosen for.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Points of a tile.
    pub points: usize,
    /// All tiles.
    pub tiles: usize,
    /// Groups.
    pub groups: usize,
    /// Blocks of input channels of a group.
    pub from: usize,
    /// Blocks of output channels of a group.
    pub to: usize,
    /// Threads.
    pub threads: usize,
}

/// Floats from a point to the next, where there are so many for each. Not a multiple of 128 bytes: all points of a tile are
/// written at the same time.
pub fn step(floats: usize) -> usize {
    if floats.is_multiple_of(2 * LANES) { floats + LANES } else { floats }
}

/// The constants of an instruction set.
struct Constants {
    /// Most tiles of a block that a task transforms for itself: register tiles, full ones.
    tiles: usize,
    /// Most floats of their transformed input, if that is a full register tile.
    near: usize,
    /// Most tiles of a block whose transformed input is shared.
    shared: usize,
    /// Tiles for each thread below which it is.
    least: usize,
    /// Floats of transformed filters up to which each task reads them for itself, however few its tiles are.
    filters: usize,
    /// Blocks of output channels that go together: with the input's points in a near cache, and where there are so many of
    /// them that each is worth using for many outputs.
    together: [usize; 2],
    /// Tasks for each thread, at least, where the transformed input is shared.
    tasks: usize,
}

/// Blocks of input channels from which on there are many.
const MANY: usize = 16;

impl Constants {
    #[inline(always)]
    const fn of<S: Simd>() -> Self {
        match S::ISA {
            Isa::Avx512 => {
                Self { tiles: 28, near: usize::MAX, shared: 128, least: 28, filters: 0, together: [2, 16], tasks: 1 }
            }
            Isa::Avx2 | Isa::Neon | Isa::Portable => {
                Self { tiles: 30, near: 340 << 10, shared: 120, least: 6, filters: 1 << 20, together: [2, 8], tasks: 2 }
            }
        }
    }
}

impl Kernel for Sizes {
    type Output = Blocks;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> Blocks {
        let Self { points, tiles, groups, from, to, threads } = self;
        let constants = const { Constants::of::<S>() };
        // Filters that are much larger than the input are read once for many tiles.
        let large = points * from * to * LANES * LANES > constants.filters && 2 * tiles <= to * LANES;
        let shared = large || groups * tiles < constants.least * threads;
        let near = constants.near / (points * from * LANES) / S::TILE_PIXELS * S::TILE_PIXELS;
        let most = if shared { constants.shared } else { near.clamp(S::TILE_PIXELS, constants.tiles) };
        let mut count = tiles.div_ceil(most);
        let mut together = constants.together[usize::from(from >= MANY)].min(to);
        if shared {
            let tasks = constants.tasks * threads;
            together = together.min((groups * to).div_ceil(tasks).next_multiple_of(S::TILE_BLOCKS));
        } else if groups * count < 16 * threads {
            count = count.next_multiple_of(threads.div_ceil(groups)).min(tiles);
        }
        let tiles = tiles.div_ceil(count);
        Blocks {
            count,
            together,
            shared,
            input: points * step(from * tiles * LANES).max(step(from * (tiles - 1) * LANES)),
            points: points * step(together * tiles * LANES).max(step(together * (tiles - 1) * LANES)),
        }
    }
}
