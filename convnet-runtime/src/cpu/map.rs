//! Where a volume lies in memory: its layout, its zero border, its place in the arena.

/// Lanes of one channel block.
pub const LANES: usize = 16;

/// The layout of one sample of a volume.
///
/// `Blocked` is `[channels / 16][top + height + bottom][left + width + right][16]`; lanes beyond the depth hold zero.
/// `Planar` is `[channels][top + height + bottom][left + width + right]`, for inputs of few channels.
/// The border holds zeros whenever a consumer reads it: the stage that writes a buffer writes its border too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Map {
    /// Rows of the volume.
    pub height: usize,
    /// Columns of the volume.
    pub width: usize,
    /// Depth of the volume.
    pub channels: usize,
    /// Zeros around each plane: top, left, bottom, right.
    pub border: [usize; 4],
    /// Blocked by 16 channels, or one plane per channel.
    pub layout: Layout,
    /// Channel blocks (planes, when planar) of the whole buffer, of which this map may be a part.
    pub blocks: usize,
    /// The first of the buffer's blocks that belongs to this map.
    pub first: usize,
}

/// See [`Map`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `[channel][y][x]`
    Planar,
    /// `[channel / 16][y][x][16]`
    Blocked,
}

/// A map at its place in the arena. All numbers are floats per sample: sample `n` of a batch of `b` begins at
/// `offset * b + n * map.sample()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// Where the whole buffer begins, divided by the batch; a multiple of 16.
    pub offset: usize,
    /// What lies there.
    pub map: Map,
}

/// A gradient to write: into its buffer, or added to what another consumer of the same volume has written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gradient {
    /// Where it lies.
    pub buffer: Buffer,
    /// Add instead of overwrite. The border is zero already then.
    pub accumulate: bool,
}

impl Map {
    /// Channel blocks (planes, when planar) of this map.
    pub const fn own_blocks(&self) -> usize {
        match self.layout {
            Layout::Planar => self.channels,
            Layout::Blocked => self.channels.div_ceil(LANES),
        }
    }

    /// Values of one volume.
    pub const fn volume(&self) -> usize {
        self.channels * self.height * self.width
    }

    /// Floats at one position of one block: 16, or 1 when planar.
    pub const fn lanes(&self) -> usize {
        match self.layout {
            Layout::Planar => 1,
            Layout::Blocked => LANES,
        }
    }

    /// Floats from a row to the next.
    pub const fn row(&self) -> usize {
        (self.border[1] + self.width + self.border[3]) * self.lanes()
    }

    /// Floats from a block (plane) to the next.
    pub const fn plane(&self) -> usize {
        (self.border[0] + self.height + self.border[2]) * self.row()
    }

    /// Floats from a sample of the whole buffer to the next; a multiple of 16.
    pub const fn sample(&self) -> usize {
        (self.blocks * self.plane()).next_multiple_of(LANES)
    }

    /// Floats from the beginning of a sample to position (0, 0) of this map's first block.
    pub const fn origin(&self) -> usize {
        self.first * self.plane() + self.border[0] * self.row() + self.border[1] * self.lanes()
    }
}

impl Buffer {
    /// A blocked buffer of its own: `offset` floats per sample before it, `[height, width, depth]`, and its border
    /// (top, left, bottom, right).
    pub const fn blocked(offset: usize, extent: [usize; 3], border: [usize; 4]) -> Self {
        Self::whole(offset, extent, border, Layout::Blocked)
    }

    /// A planar buffer of its own.
    pub const fn planar(offset: usize, extent: [usize; 3], border: [usize; 4]) -> Self {
        Self::whole(offset, extent, border, Layout::Planar)
    }

    const fn whole(offset: usize, [height, width, channels]: [usize; 3], border: [usize; 4], layout: Layout) -> Self {
        let mut map = Map { height, width, channels, border, layout, blocks: 0, first: 0 };
        map.blocks = map.own_blocks();
        Self { offset, map }
    }

    /// The part of this buffer that begins at its channel block `first`.
    #[must_use]
    pub const fn part(self, first: usize, [height, width, channels]: [usize; 3]) -> Self {
        Self { offset: self.offset, map: Map { height, width, channels, first, ..self.map } }
    }

    /// Whether some floats belong to both. Parts of one larger buffer do not meet where they have different blocks.
    pub const fn meets(&self, other: &Self, batch: usize) -> bool {
        let (a, b) = (self.range(batch), other.range(batch));
        if a.end <= b.start || b.end <= a.start {
            return false;
        }
        let same =
            a.start == b.start && self.map.plane() == other.map.plane() && self.map.sample() == other.map.sample();
        !same
            || self.map.first < other.map.first + other.map.own_blocks()
                && other.map.first < self.map.first + self.map.own_blocks()
    }
}
