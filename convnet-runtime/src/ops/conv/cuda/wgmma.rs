//! Convolutions on Hopper's matrix units: which, and how their products are cut into tiles, steps and parts. The kernels are
//! those of `conv_wgmma.cu`. What is decided by the geometry alone is a constant of a kernel; what also depends on the batch
//! is an argument.

// Arguments are optional, see `Emitter`.
#![allow(clippy::unnecessary_wraps)]

use super::super::Geometry;
use super::is_aligned;
use crate::cpu::map::Buffer;
use crate::cuda::launch::{Argument, Precision, TensorMap};
use crate::cuda::source::{Emitter, Kernel};

/// Bytes of a row in shared memory: the channels of a box.
const LINE: usize = 128;
/// Positions of a step of a gradient of weights, channels of its blocks.
const STEP: usize = 64;
/// Multiprocessors of the largest such device; on one with fewer, blocks take more turns.
const PROCESSORS: usize = 132;
/// Fewer channels or filters would leave most of a tile empty.
const LEAST: usize = 32;

/// A product's tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tiles {
    /// Warpgroups below each other, of 64 rows.
    pub down: usize,
    /// Columns.
    pub columns: usize,
}

impl Tiles {
    /// Tiles of the sums of a convolution: rows are filters, or channels for the gradient of the input, columns positions;
    /// `steps` are summed.
    pub fn of_sums(rows: usize, steps: usize, columns: usize) -> Self {
        /// Steps in which writing a tile would take long beside summing it: warpgroups then take turns.
        const FEW: usize = 18;
        let narrow = rows.next_multiple_of(64) < rows.next_multiple_of(128);
        Self { down: if narrow || steps <= FEW { 1 } else { 2 }, columns }
    }

    /// Tiles of a gradient of weights, of so many filters and blocks of 64 weights.
    pub fn of_weights(filters: usize, blocks: usize) -> Self {
        let down = if filters.next_multiple_of(64) < filters.next_multiple_of(128) { 1 } else { 2 };
        // The rows are brought again for each tile.
        let brought = |taken: usize| blocks.div_ceil(taken) * (taken + 1);
        let taken = (1..=4).rev().min_by_key(|&taken| brought(taken)).unwrap_or(1);
        Self { down, columns: STEP * taken }
    }

    /// Rows.
    pub fn rows(self) -> usize {
        64 * self.down
    }

    /// How many steps are in shared memory at once, and how much of it there is in all: see `Pipe`.
    fn memory(self) -> (usize, usize) {
        /// What a block may have.
        const MOST: usize = 227 << 10;
        /// For the sums on their way out, and for barriers.
        const SHELVES: usize = 2 * 64 * 68 * 4;
        let (step, barriers) = ((self.rows() + self.columns) * 128, |steps: usize| 16 * steps + 16);
        let steps = (1..=8).rev().find(|&steps| steps * step + SHELVES + barriers(steps) <= MOST).unwrap_or(1);
        (steps, steps * step + SHELVES + barriers(steps))
    }

    /// Half the multiprocessor's clocks of a step.
    fn clocks(self) -> usize {
        self.down * self.columns
    }

    /// A kernel of these tiles.
    pub fn kernel(self, geometry: &Geometry, template: &'static str) -> Kernel {
        let (stages, shared) = self.memory();
        let mut kernel = geometry
            .kernel(template, &["activation", "epilogue", "bulk", "wgmma", "product_wgmma", "conv_wgmma"])
            .with([("WHOLE", usize::from(geometry.is_dense()))])
            .with([("DOWN", self.down), ("N", self.columns), ("STAGES", stages)]);
        (kernel.threads, kernel.shared) = (384, shared);
        kernel
    }

    /// The blocks that take so many tiles in turns.
    pub fn grid(tiles: usize) -> [usize; 3] {
        [tiles.min(PROCESSORS), 1, 1]
    }
}

/// How the positions of a volume are cut into boxes: 2^wide by 2^high of as many samples as `size` leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    wide: usize,
    high: usize,
    size: usize,
    /// Boxes of the batch.
    pub boxes: usize,
}

impl Cut {
    /// The cut into the fewest boxes; with a fused pool all of a window are in one, and half a shelf has whole windows.
    pub fn new([height, width]: [usize; 2], batch: usize, size: usize, pool: bool) -> Self {
        let (least, bits) = (usize::from(pool), size.ilog2() as usize);
        let all = (least..=5).flat_map(|wide| (least..=8).map(move |high| (wide, high)));
        let cut = |(wide, high): (usize, usize)| {
            let samples = size >> (wide + high);
            let boxes = width.div_ceil(1 << wide) * height.div_ceil(1 << high) * batch.div_ceil(samples);
            Self { wide, high, size, boxes }
        };
        let all = all.filter(|(wide, high)| wide + high <= bits).map(cut);
        all.min_by_key(|cut| (cut.boxes, cut.wide.abs_diff(cut.high))).unwrap_or_else(|| cut((least, least)))
    }

    /// As kernels take it.
    pub fn shape(&self) -> Option<Argument> {
        number(self.wide | self.high << 8)
    }

    /// Boxes of a volume with so many channels, and so many from a pixel to the next.
    pub fn map(&self, buffer: &Buffer, [height, width, channels]: [usize; 3], emitter: &Emitter) -> Option<TensorMap> {
        let pitch = buffer.map.pitch();
        Some(TensorMap {
            base: emitter.at(buffer)?,
            precision: emitter.precision,
            extent: [channels, width, height, emitter.batch],
            stride: [pitch, pitch * width, pitch * width * height],
            part: [line(emitter.precision), 1 << self.wide, 1 << self.high, self.size >> (self.wide + self.high)],
        })
    }
}

/// Boxes of packed weights, `[tap][row][column]`: so many rows and 128 bytes of columns of a tap.
pub fn weights_map(
    base: Option<Argument>,
    taps: usize,
    [rows, columns]: [usize; 2],
    tile: usize,
    precision: Precision,
) -> Option<TensorMap> {
    let pitch = columns.next_multiple_of(8);
    Some(TensorMap {
        base: base?,
        precision,
        extent: [columns, rows, taps, 1],
        stride: [pitch, pitch * rows, pitch * rows * taps],
        part: [line(precision), tile, 1, 1],
    })
}

/// Channels of a box.
pub fn line(precision: Precision) -> usize {
    LINE / precision.bytes()
}

/// Whether Hopper's matrix units are of use for a convolution, and its weights are packed for them. Others have strides, groups
/// or few channels. In TF32, fully connected layers gain nothing: to read all weights takes as long as the products, and
/// each order in which they were packed would be written and read once more.
pub fn suits(geometry: &Geometry, emitter: &Emitter) -> bool {
    let enough = geometry.channels() >= LEAST && geometry.filters() >= LEAST;
    let plain = geometry.groups == 1 && geometry.stride == [1, 1];
    emitter.wgmma && enough && plain && (emitter.precision == Precision::Bf16 || !geometry.is_dense())
}

/// Whether products of this convolution run on Hopper's matrix units; `volumes` are those that they copy or write in pieces
/// of 16 bytes.
pub fn takes<'a>(geometry: &Geometry, volumes: impl IntoIterator<Item = &'a Buffer>, emitter: &Emitter) -> bool {
    suits(geometry, emitter) && volumes.into_iter().all(|volume| is_aligned(volume, 8))
}

/// Columns of a tile of sums: positions, or samples of a fully connected layer.
pub fn columns(geometry: &Geometry) -> usize {
    if geometry.is_dense() { 128 } else { 256 }
}

/// Into how many parts the steps of so many tiles are cut where these leave multiprocessors idle, and the steps of each.
pub fn cut_sums(steps: usize, tiles: usize) -> (usize, usize) {
    /// Steps that are worth a part.
    const LEAST: usize = 4;
    let each = steps.div_ceil((PROCESSORS / tiles.max(1)).clamp(1, (steps / LEAST).max(1)));
    (steps.div_ceil(each), each)
}

/// Into how many parts the boxes of a gradient of weights are cut, and the boxes of each: what takes the least time, where
/// each of several parts is written and read once more.
pub fn cut_weights(boxes: usize, tiles: usize, tile: Tiles, weights: usize) -> (usize, usize) {
    /// Bytes that memory moves in a clock.
    const BYTES: usize = 2400;
    let clocks = |parts: usize| {
        let rounds = (tiles * parts).div_ceil(PROCESSORS);
        let more = if parts > 1 { parts * weights * 8 / BYTES } else { 0 };
        2 * rounds * boxes.div_ceil(parts) * tile.clocks() + more
    };
    let parts = (1..=boxes.min(PROCESSORS)).min_by_key(|&parts| clocks(parts)).unwrap_or(1);
    let each = boxes.div_ceil(parts).max(1);
    (boxes.div_ceil(each).max(1), each)
}

pub fn number(n: usize) -> Option<Argument> {
    Some(Argument::U32(n as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fit_into_shared_memory_and_cuts_cover_everything() {
        for down in [1, 2] {
            for columns in [64, 128, 192, 256] {
                let (steps, bytes) = Tiles { down, columns }.memory();
                assert!(steps >= 3 && bytes <= 227 << 10, "{down} {columns}: {steps} steps, {bytes} bytes");
            }
        }
        for extent in [[1, 1], [7, 7], [14, 14], [28, 28], [56, 56], [224, 224], [5, 31]] {
            for batch in [1, 3, 128] {
                for (size, pool) in [(64, false), (128, true), (256, false), (256, true)] {
                    let cut = Cut::new(extent, batch, size, pool);
                    let [height, width] = extent;
                    assert!(cut.wide + cut.high <= size.ilog2() as usize);
                    assert!(cut.boxes * size >= height * width * batch);
                    assert!(!pool || (cut.wide >= 1 && cut.high >= 1));
                }
            }
        }
        // VGG D at a batch of 128 fills its boxes.
        for side in [14, 28, 56, 112, 224] {
            assert_eq!(Cut::new([side, side], 128, 256, true).boxes * 256, side * side * 128, "{side}");
        }
        for boxes in [1, 5, 100, 401_408] {
            let (parts, each) = cut_weights(boxes, 18, Tiles { down: 2, columns: 256 }, 1 << 20);
            assert!(parts * each >= boxes && (parts - 1) * each < boxes);
            let (parts, each) = cut_sums(boxes, 3);
            assert!(parts * each >= boxes && (parts - 1) * each < boxes);
        }
        assert_eq!(Tiles::of_weights(64, 9), Tiles { down: 1, columns: 192 });
        assert_eq!(Tiles::of_weights(512, 72), Tiles { down: 2, columns: 256 });
    }
}
