//! The gradient of the bias: sums over the batch and, for a bias per channel, the positions.

use super::{Bias, Geometry};
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, Shared, parallel};
use crate::cpu::view::View;

/// Writes the bias's gradient, or adds to it.
///
/// # Safety
/// `dz` is the gradient of the sums of `batch` samples.
pub unsafe fn bias_gradient(geometry: &Geometry, dz: View, batch: usize, gradient: &mut [f32], accumulate: bool) {
    let [rows, columns, depth] = geometry.output;
    let blocks = depth.div_ceil(LANES);
    let work = MOVE * batch * rows * columns * blocks * LANES;
    let (tasks, vectors) = match geometry.bias {
        Bias::None => return,
        Bias::Channel => (blocks, 1),
        Bias::Position => (blocks * rows, columns),
    };
    assert!(gradient.len() >= tasks * vectors * LANES, "there is a gradient for each bias");
    let gradient = Shared::new(gradient);
    parallel(tasks, work, |i| {
        // SAFETY: the tasks have different parts of the gradient.
        let to = unsafe { gradient.part(i * vectors * LANES, vectors * LANES) };
        match geometry.bias {
            Bias::Position => dispatch(Positions { dz, batch, block: i / rows, row: i % rows, accumulate, to }),
            _ => dispatch(Channels { dz, batch, block: i, accumulate, to }),
        }
    });
}

/// The bias's gradient from the sums of each block of each sample, `[sample][block][16]`.
pub fn add_samples(samples: &[f32], gradient: &mut [f32], accumulate: bool) {
    if !accumulate {
        gradient.fill(0.0);
    }
    for sample in samples.chunks_exact(gradient.len()) {
        gradient.iter_mut().zip(sample).for_each(|(to, sum)| *to += sum);
    }
}

/// Sums over samples and positions.
struct Channels<'a> {
    dz: View,
    batch: usize,
    block: usize,
    accumulate: bool,
    to: &'a mut [f32],
}

impl Kernel for Channels<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let [rows, columns] = [self.dz.map.height, self.dz.map.width];
        let mut total = s.zero();
        for n in 0..self.batch {
            for row in 0..rows {
                let at = self.dz.at(n, self.block, row as isize, 0);
                // Independent sums, so that additions need not wait for each other.
                let mut sums = [s.zero(); 4];
                for column in 0..columns {
                    // SAFETY: the position lies in the volume.
                    let v = unsafe { s.load_from(at.add(column * LANES)) };
                    sums[column % 4] = s.add(sums[column % 4], v);
                }
                total = s.add(total, s.add(s.add(sums[0], sums[1]), s.add(sums[2], sums[3])));
            }
        }
        put(s, self.to, 0, self.accumulate, total);
    }
}

/// Sums over samples, for the positions of a row.
struct Positions<'a> {
    dz: View,
    batch: usize,
    block: usize,
    row: usize,
    accumulate: bool,
    to: &'a mut [f32],
}

impl Kernel for Positions<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        for column in 0..self.dz.map.width {
            let mut total = s.zero();
            for n in 0..self.batch {
                // SAFETY: the position lies in the volume.
                let v = unsafe { s.load_from(self.dz.at(n, self.block, self.row as isize, column as isize)) };
                total = s.add(total, v);
            }
            put(s, self.to, column, self.accumulate, total);
        }
    }
}

/// Writes a vector, or adds it.
#[inline(always)]
fn put<S: Simd>(s: S, to: &mut [f32], i: usize, accumulate: bool, v: S::V) {
    let to = &mut to.as_chunks_mut::<LANES>().0[i];
    let v = if accumulate { s.add(s.load(to), v) } else { v };
    s.store(to, v);
}
