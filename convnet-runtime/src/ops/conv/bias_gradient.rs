//! The gradient of the bias: sums over the batch. Those over the positions, for a bias of channels, come from whoever goes over
//! the gradient of the sums anyway.

use super::Geometry;
use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, Shared, parallel};
use crate::cpu::view::View;

/// Writes the gradient of a bias of positions, or adds to it.
///
/// # Panics
/// If there is too little room for it.
///
/// # Safety
/// `dz` is the gradient of the sums of `batch` samples.
pub unsafe fn position_bias(geometry: &Geometry, dz: View, batch: usize, gradient: &mut [f32], accumulate: bool) {
    let [rows, columns, depth] = geometry.output;
    let blocks = depth.div_ceil(LANES);
    let (tasks, len) = (blocks * rows, columns * LANES);
    assert!(gradient.len() >= tasks * len, "there is a gradient for each bias");
    let gradient = Shared::new(gradient);
    parallel(tasks, MOVE * batch * tasks * len, |i| {
        // SAFETY: the tasks have different parts of the gradient.
        let to = unsafe { gradient.part(i * len, len) };
        dispatch(Positions { dz, batch, block: i / rows, row: i % rows, accumulate, to });
    });
}

/// The gradient of a bias of channels from the sums of each block of each sample, `[sample][block][16]`.
pub fn add_samples(samples: &[f32], gradient: &mut [f32], accumulate: bool) {
    if !accumulate {
        gradient.fill(0.0);
    }
    for sample in samples.chunks_exact(gradient.len()) {
        gradient.iter_mut().zip(sample).for_each(|(to, sum)| *to += sum);
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
            let to = &mut self.to.as_chunks_mut::<LANES>().0[column];
            s.store(to, if self.accumulate { s.add(s.load(to), total) } else { total });
        }
    }
}
