//! What follows the sums of a tile where registers can do it: a factor and a summand for each channel, a residual, bounds.

// Indices name the registers of a tile.
#![allow(clippy::needless_range_loop)]

use std::ptr;

use super::places::Places;
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;

/// `y = min(top, max(low, scale sums + shift + residual))`
#[derive(Clone, Copy)]
pub struct Finish {
    /// The next positions of y and of the residual, in the first block of output channels; null: there is no residual.
    pub places: [Places; 2],
    /// From a block to the next, in y and in the residual.
    pub block: [usize; 2],
    /// One factor per channel, from the first block on.
    pub scale: Option<*const f32>,
    /// One summand per channel.
    pub shift: Option<*const f32>,
    /// The least and the largest value.
    pub bounds: [f32; 2],
}

impl Finish {
    /// Where the next positions lie in y and in the residual. Asks for these lines.
    #[inline(always)]
    pub fn lines<S: Simd, const OB: usize, const P: usize>(&mut self, s: S) -> [[*const f32; P]; 2] {
        let mut lines = [[ptr::null(); P]; 2];
        for i in 0..2 {
            let places = &mut self.places[i];
            if places.at.is_null() {
                continue;
            }
            if let Some(at) = places.together(P) {
                for p in 0..P {
                    lines[i][p] = at.wrapping_add(p * places.step);
                }
            } else {
                for p in 0..P {
                    lines[i][p] = places.next();
                }
            }
            for o in 0..OB {
                for p in 0..P {
                    s.prefetch(lines[i][p].wrapping_add(o * self.block[i]));
                }
            }
        }
        lines
    }

    /// Writes what becomes of the sums of these positions.
    ///
    /// # Safety
    /// They lie in y, where nobody else writes, and in the residual; there are parameters for `OB` blocks.
    #[inline(always)]
    pub unsafe fn give<S: Simd, const OB: usize, const P: usize>(
        &self,
        s: S,
        lines: &[[*const f32; P]; 2],
        sums: &[[S::V; OB]; P],
    ) {
        let [low, top] = [s.splat(self.bounds[0]), s.splat(self.bounds[1])];
        for o in 0..OB {
            // SAFETY: the caller's promise.
            unsafe {
                let scale = match self.scale {
                    Some(scale) => s.load_from(scale.add(o * LANES)),
                    None => s.splat(1.0),
                };
                let shift = match self.shift {
                    Some(shift) => s.load_from(shift.add(o * LANES)),
                    None => s.zero(),
                };
                for p in 0..P {
                    let mut v = s.fma(sums[p][o], scale, shift);
                    if !self.places[1].at.is_null() {
                        v = s.add(v, s.load_from(lines[1][p].add(o * self.block[1])));
                    }
                    s.store_to(lines[0][p].cast_mut().add(o * self.block[0]), s.min(top, s.max(low, v)));
                }
            }
        }
    }
}
