//! How a convolution is cut into tasks. All constants are here.

use crate::cpu::map::LANES;
use crate::cpu::simd::{Isa, Kernel, Simd};

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
    /// Points of a tile.
    pub points: usize,
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

/// The constants of an instruction set.
struct Constants {
    /// Tiles of a block that a task transforms for itself: register tiles, full ones.
    tiles: usize,
    /// Most tiles of a block whose transformed input is shared.
    shared: usize,
    /// Blocks of output channels of a group: with the input's points in a near cache, and where there are so many of them
    /// that each is worth using for many outputs.
    group: [usize; 2],
}

/// Blocks of input channels from which on there are many.
const MANY: usize = 16;

impl Constants {
    #[inline(always)]
    const fn of<S: Simd>() -> Self {
        match S::ISA {
            Isa::Avx512 => Self { tiles: 28, shared: 128, group: [2, 16] },
            Isa::Avx2 | Isa::Neon | Isa::Portable => Self { tiles: 30, shared: 120, group: [2, 8] },
        }
    }
}

impl Kernel for Sizes {
    type Output = Blocks;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> Blocks {
        let Self { points, tiles, from, to, threads } = self;
        let constants = const { Constants::of::<S>() };
        // Filters that are much larger than the input are read once for many tiles.
        let shared = tiles < constants.tiles * threads || 2 * tiles <= to * LANES;
        let mut count = tiles.div_ceil(if shared { constants.shared } else { constants.tiles });
        let mut group = constants.group[usize::from(from >= MANY)].min(to);
        if shared {
            // A group for each thread, at least.
            group = group.min(to.div_ceil(threads).next_multiple_of(S::TILE_BLOCKS));
        } else if count < 16 * threads {
            count = count.next_multiple_of(threads).min(tiles);
        }
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
