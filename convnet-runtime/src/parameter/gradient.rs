//! The gradient of a parameter: written out, or a product.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::cpu::map::LANES;
use crate::cpu::memory::Floats;
use crate::cpu::threads::{MOVE, parallel, parallel_chunks};
use crate::ops::conv::Product;

/// Floats that are used together while they are in the nearest cache.
const PIECE: usize = 4096;
/// Floats that are summed together.
const SUMMED: usize = 1024;

/// Packed like the values.
#[derive(Clone, Default)]
pub(crate) struct Gradient {
    /// Empty until a pass has written it out.
    written: Floats,
    /// In the place of `written`.
    product: Option<Box<Product>>,
    /// A product that is out of date, for its memory.
    spare: Option<Box<Product>>,
    /// Whether all of it is finite, if that is known.
    finite: Option<bool>,
}

impl Gradient {
    /// The gradient, to write or to add to. It holds zeros at first, later what the step before has left; `keep` says that
    /// it is of this step.
    pub fn written(&mut self, len: usize, keep: bool) -> &mut [f32] {
        self.written.grow(len);
        self.finite = None;
        if let Some(product) = self.product.take() {
            if keep {
                write_out(&product, &mut self.written);
            }
            self.spare = Some(product);
        }
        &mut self.written
    }

    /// The product, to set.
    pub fn product(&mut self) -> &mut Product {
        self.finite = None;
        let spare = &mut self.spare;
        self.product.get_or_insert_with(|| spare.take().unwrap_or_default())
    }

    /// Becomes the sum of each `step`-th of others, in order, and knows whether it is finite. Not generic: it must not be compiled
    /// by the user's crate, without optimisation in a debug build.
    pub fn sum(&mut self, len: usize, others: &[Option<Self>], step: usize) {
        let parts = others.iter().step_by(step).flatten();
        let finite = AtomicBool::new(true);
        let cost = |part: &Self| part.product.as_ref().map_or(MOVE, |product| 2 * product.samples());
        let work = len * (MOVE + parts.clone().map(cost).sum::<usize>());
        let to = self.written(len, false);
        parallel_chunks([to], SUMMED, work, |i, [to]| {
            let mut memory = Piece([0.0; SUMMED]);
            to.fill(0.0);
            for part in parts.clone() {
                let piece = match &part.product {
                    Some(product) => {
                        product.write(i * SUMMED, &mut memory.0[..to.len()], &[]);
                        &memory.0
                    }
                    None => &part.written[i * SUMMED..],
                };
                to.iter_mut().zip(piece).for_each(|(to, x)| *to += x);
            }
            if !all_finite(to) {
                finite.store(false, Ordering::Relaxed);
            }
        });
        self.finite = Some(finite.into_inner());
    }

    /// All of it, written out: zeros before the first step.
    pub fn to_packed(&self, len: usize) -> Floats {
        let mut floats = Floats::zeros(len);
        match &self.product {
            Some(product) => write_out(product, &mut floats),
            None => floats[..self.written.len()].copy_from_slice(&self.written),
        }
        floats
    }

    /// Whether all of it is finite.
    pub fn is_finite(&self) -> bool {
        if let Some(finite) = self.finite {
            return finite;
        }
        if let Some(product) = &self.product {
            return product.is_finite();
        }
        let found = AtomicBool::new(false);
        parallel(self.written.len().div_ceil(PIECE), MOVE * self.written.len(), |i| {
            if !all_finite(&self.written[i * PIECE..self.written.len().min((i + 1) * PIECE)]) {
                found.store(true, Ordering::Relaxed);
            }
        });
        !found.into_inner()
    }

    /// Calls `f` for each piece of as many slices as there are, packed alike, with that piece of the gradient.
    pub fn each<const N: usize>(&self, slices: [&mut [f32]; N], f: impl Fn(&[f32], [&mut [f32]; N]) + Sync) {
        let work = MOVE * slices.iter().map(|slice| 2 * slice.len()).sum::<usize>();
        parallel_chunks(slices, PIECE, work, |i, slices| {
            let len = slices.first().map_or(0, |slice| slice.len());
            match &self.product {
                Some(product) => {
                    let mut memory = Piece([0.0; PIECE]);
                    product.write(i * PIECE, &mut memory.0[..len], &slices);
                    f(&memory.0[..len], slices);
                }
                None => f(&self.written[i * PIECE..][..len], slices),
            }
        });
    }
}

/// `0 x` is zero, or NaN where `x` is not finite; sums in 16 lanes become vector instructions, a search does not.
fn all_finite(values: &[f32]) -> bool {
    let mut lanes = [0.0_f32; LANES];
    for line in values.as_chunks::<LANES>().0 {
        lanes.iter_mut().zip(line).for_each(|(sum, x)| *sum += 0.0 * x);
    }
    !lanes.iter().any(|sum| sum.is_nan())
}

#[repr(C, align(64))]
struct Piece<const LEN: usize>([f32; LEN]);

fn write_out(product: &Product, to: &mut [f32]) {
    let work = 2 * MOVE * to.len();
    parallel_chunks([to], PIECE, work, |i, [to]| product.write(i * PIECE, to, &[]));
}
