//! A sample with its channels side by side, `[row][column][channel]`, where blocks of 16 channels would be mostly padding.

use std::cell::Cell;

use super::Geometry;
use crate::cpu::map::{LANES, Layout};
use crate::cpu::memory::Floats;
use crate::cpu::simd::Simd;
use crate::cpu::view::View;

/// Most floats of such a sample.
pub const MOST: usize = 1 << 14;

/// All rows and columns of an input that windows touch, or that are the input's. Column 0 lies as far before the input as
/// the padding reaches.
#[derive(Clone, Copy, Debug)]
pub struct Held {
    /// Rows and columns that windows touch.
    reach: [usize; 2],
    /// Rows that there are.
    rows: usize,
    /// Floats from a row to the next.
    pub row: usize,
    /// Floats from a column to the next, as many as there are channels or more.
    pub step: usize,
}

impl Held {
    /// That of a convolution, of so many floats from a column to the next.
    pub fn new(geometry: &Geometry, step: usize) -> Self {
        let [height, width, _] = geometry.input;
        let reach = [0, 1].map(|side| {
            (geometry.output[side] - 1) * geometry.stride[side]
                + (geometry.kernel[side] - 1) * geometry.dilation[side]
                + 1
        });
        // The last row of taps of a row may end beyond it, and reading sixteen channels of the last position does.
        let row = reach[1].max(geometry.pad[1] + width) * step + LANES;
        Self { reach, rows: reach[0].max(geometry.pad[0] + height), row, step }
    }

    /// Floats, a multiple of 16.
    pub fn len(&self) -> usize {
        (self.rows * self.row).next_multiple_of(LANES)
    }

    /// Where the window of an output begins.
    pub fn start(&self, row: usize, column: usize) -> usize {
        row * self.row + column * self.step
    }

    /// Runs `f` with this thread's memory for it.
    pub fn with<T>(&self, f: impl FnOnce(&mut [f32]) -> T) -> T {
        thread_local! {
            static HELD: Cell<Floats> = const { Cell::new(Floats::new()) };
        }
        let mut memory = HELD.take();
        memory.grow(self.len());
        let result = f(&mut memory[..self.len()]);
        HELD.set(memory);
        result
    }

    /// Copies what windows touch.
    ///
    /// # Safety
    /// The volume is there, and its border is as wide as the windows reach.
    #[inline(always)]
    pub unsafe fn copy<S: Simd>(&self, s: S, geometry: &Geometry, x: &View, sample: usize, to: &mut [f32]) {
        assert!(to.len() >= self.len(), "there is room");
        let [up, left] = geometry.pad.map(|pad| pad as isize);
        let depth = geometry.input[2];
        for y in 0..self.reach[0] {
            let to = &mut to[y * self.row..(y + 1) * self.row];
            let from = |block: usize| x.at(sample, block, y as isize - up, -left).cast_const();
            // SAFETY: the row lies in the volume and its border.
            unsafe {
                if x.map.layout == Layout::Planar && self.step == 1 {
                    to[..self.reach[1]].copy_from_slice(std::slice::from_raw_parts(from(0), self.reach[1]));
                    continue;
                }
                if x.map.layout == Layout::Planar {
                    for c in 0..depth {
                        let from = std::slice::from_raw_parts(from(c), self.reach[1]);
                        to[c..].iter_mut().step_by(self.step).zip(from).for_each(|(to, v)| *to = *v);
                    }
                    continue;
                }
                for column in 0..self.reach[1] {
                    // Lanes beyond the depth lie where the next position goes.
                    for block in 0..depth.div_ceil(LANES) {
                        let v = s.load_from(from(block).add(column * LANES));
                        let to = &mut to[column * self.step + block * LANES..];
                        s.store(to.first_chunk_mut().expect("a row has room for a vector more"), v);
                    }
                }
            }
        }
    }

    /// Into the blocks of a gradient, or added to it.
    ///
    /// # Safety
    /// The gradient has the convolution's input's size, and no other thread touches the sample.
    #[inline(always)]
    pub unsafe fn give<S: Simd>(
        &self,
        s: S,
        geometry: &Geometry,
        from: &[f32],
        dx: &View,
        sample: usize,
        accumulate: bool,
    ) {
        assert!(from.len() >= self.len(), "it is all there");
        let [height, width, depth] = geometry.input;
        for block in 0..depth.div_ceil(LANES) {
            if !accumulate {
                // SAFETY: the border of this sample.
                unsafe { dx.clear_border(sample, block) };
            }
            for y in 0..height {
                let row = self.start(geometry.pad[0] + y, geometry.pad[1]) + block * LANES;
                assert!(row + (width - 1) * self.step + LANES <= from.len());
                for x in 0..width {
                    // SAFETY: sixteen floats from here on are there (asserted); the position is this thread's.
                    unsafe {
                        let v = s.load_from(from.as_ptr().add(row + x * self.step));
                        let (to, v) = (dx.at(sample, block, y as isize, x as isize), s.first(depth - block * LANES, v));
                        s.store_to(to, if accumulate { s.add(s.load_from(to), v) } else { v });
                    }
                }
            }
        }
    }
}
