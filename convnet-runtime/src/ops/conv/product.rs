//! The gradient of a fully connected layer's weights as a product: `[samples x filters]^T [samples x inputs]`. The factors
//! are far smaller than the weights where samples are few, so that the gradient is computed part by part where it is
//! used, and need not lie in memory as a whole.

use super::Geometry;
use super::reduce::{Lines, ROWS, Reduce};
use crate::cpu::map::LANES;
use crate::cpu::memory::Floats;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::cut;
use crate::cpu::view::View;

/// Floats of the weights for each float of the factors, at least.
const GAIN: usize = 4;

/// `gradient[k / 16][row][k % 16] = sum over samples of d[sample][k] x[sample][row]`
#[derive(Clone, Default)]
pub(crate) struct Product {
    samples: usize,
    /// Rows of weights of a block of 16 filters.
    rows: usize,
    /// Blocks of filters.
    blocks: usize,
    /// `[sample][row]`, a sample `x_step` floats behind the other.
    x: Floats,
    x_step: usize,
    /// `[sample][k]`, a sample `d_step` floats behind the other.
    d: Floats,
    d_step: usize,
}

impl Product {
    /// Whether the factors are small. `len` is that of the packed weights.
    pub fn pays(geometry: &Geometry, len: usize, samples: usize) -> bool {
        let filters = geometry.output[2].next_multiple_of(LANES);
        super::fc::fits(geometry) && GAIN * samples * (len / filters + filters) <= len
    }

    /// How many products each value is the sum of.
    pub fn samples(&self) -> usize {
        self.samples
    }

    /// Copies the factors.
    ///
    /// # Safety
    /// `x` and `dz` are the input and the gradient of the sums of `samples` samples of a fully connected layer, whose packed
    /// weights take `len` floats.
    pub unsafe fn set(&mut self, len: usize, x: View, dz: View, samples: usize) {
        let blocks = dz.map.own_blocks();
        let rows = len / (blocks * LANES);
        // An odd number of cache lines from a sample to the next: they then fall on different places of the cache.
        let step = |floats: usize| (floats.div_ceil(LANES) | 1) * LANES;
        (self.samples, self.rows, self.blocks) = (samples, rows, blocks);
        (self.x_step, self.d_step) = (step(rows), step(blocks * LANES));
        self.x.grow(samples * self.x_step);
        self.d.grow(samples * self.d_step);
        let [line, height] = [x.map.width * x.lanes, x.map.height];
        for n in 0..samples {
            for (i, to) in self.x[n * self.x_step..][..rows].chunks_exact_mut(line).enumerate() {
                // SAFETY: the row lies in the volume.
                let from = unsafe { std::slice::from_raw_parts(x.at(n, i / height, (i % height) as isize, 0), line) };
                to.copy_from_slice(from);
            }
            for (block, to) in self.d[n * self.d_step..].chunks_exact_mut(LANES).take(blocks).enumerate() {
                // SAFETY: the block lies in the volume.
                to.copy_from_slice(unsafe { std::slice::from_raw_parts(dz.at(n, block, 0, 0), LANES) });
            }
        }
    }

    /// Computes what lies in the packed gradient from float `start` on; both ends are multiples of 16. Meanwhile asks for as
    /// many floats of `next`, which are used then.
    ///
    /// # Panics
    /// If that is beyond the end.
    pub fn write(&self, start: usize, to: &mut [f32], next: &[&mut [f32]]) {
        let first = start / LANES;
        assert!(first + to.len() / LANES <= self.blocks * self.rows, "a part lies in the gradient");
        dispatch(Part { product: self, first, to, next });
    }

    /// Whether all of the gradient is finite.
    pub fn is_finite(&self) -> bool {
        let (x, x_finite) = largest(&self.x[..self.samples * self.x_step]);
        let (d, d_finite) = largest(&self.d[..self.samples * self.d_step]);
        if !(x_finite && d_finite) {
            // A product with what is not finite is not finite either.
            return false;
        }
        // No sum can be larger than this, nor its parts. Where they could overflow, they are computed.
        let bound = self.samples as f64 * f64::from(x) * f64::from(d);
        bound < f64::from(f32::MAX) / 2.0
            || (0..self.blocks * self.rows).all(|row| {
                let mut weights = [0.0; LANES];
                self.write(row * LANES, &mut weights, &[]);
                weights.iter().all(|v| v.is_finite())
            })
    }
}

/// The largest magnitude, and whether all are finite.
fn largest(values: &[f32]) -> (f32, bool) {
    let (mut most, mut sums) = ([0.0_f32; LANES], [0.0_f32; LANES]);
    for line in values.as_chunks::<LANES>().0 {
        for ((most, sum), v) in most.iter_mut().zip(&mut sums).zip(line) {
            *most = most.max(v.abs());
            // Not a number from the first one on that is not finite.
            *sum += 0.0 * v;
        }
    }
    (most.into_iter().fold(0.0, f32::max), sums.iter().all(|sum| !sum.is_nan()))
}

/// Some rows, of 16 weights each.
struct Part<'a> {
    product: &'a Product,
    first: usize,
    to: &'a mut [f32],
    next: &'a [&'a mut [f32]],
}

impl Kernel for Part<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { product, first, to, next: then } = self;
        let count = to.len() / LANES;
        let mut done = 0;
        while done < count {
            let (block, row) = ((first + done) / product.rows, (first + done) % product.rows);
            let len = (product.rows - row).min(count - done);
            let lines = Lines {
                x: product.x[row..].as_ptr(),
                d: product.d[block * LANES..].as_ptr(),
                rows: 1,
                len: product.samples,
                x_row: 0,
                d_row: 0,
                x_step: product.x_step,
                d_step: product.d_step,
                d_block: 0,
            };
            let tiles = len.div_ceil(S::TILE_ROWS);
            for i in 0..tiles {
                let [at, next] = [0, 1].map(|j| cut(len, tiles, i + j));
                for floats in then {
                    for line in done + at..done + next {
                        s.prefetch_far(floats.as_ptr().wrapping_add(line * LANES));
                    }
                }
                let sums = to[(done + at) * LANES..(done + next) * LANES].as_mut_ptr();
                let tile =
                    Reduce { lines: &lines, offsets: [at; ROWS], rows: next - at, sums, stream: 0, resume: false };
                // SAFETY: the factors have a value for each sample and row or filter; there is room for the sums.
                unsafe { tile.consecutive(s, 1) };
            }
            done += len;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::map::Buffer;
    use crate::cpu::simd::Isa;

    const SAMPLES: usize = 3;
    /// Rows of weights, and blocks of filters: 40 channels at 2 x 3 positions, 30 filters.
    const ROWS: usize = 3 * 6 * LANES;
    const BLOCKS: usize = 2;

    /// The gradient that the values of `x` and `d` give, as far as they lie in the volumes.
    fn product(x: impl Fn(usize) -> f32, d: impl Fn(usize) -> f32) -> Product {
        let (x_map, d_map) =
            (Buffer::blocked(0, [2, 3, 40], [1, 0, 2, 1]).map, Buffer::blocked(0, [1, 1, 30], [0; 4]).map);
        let mut memory = [&x_map, &d_map].map(|map| vec![f32::NAN; SAMPLES * map.sample()]);
        let [x_view, d_view] = [View::new(memory[0].as_mut_ptr(), &x_map), View::new(memory[1].as_mut_ptr(), &d_map)];
        for n in 0..SAMPLES {
            for row in 0..ROWS {
                let (block, at) = (row / LANES / 6, row / LANES % 6);
                // SAFETY: the position lies in the volume.
                unsafe {
                    *x_view.at(n, block, (at / 3) as isize, (at % 3) as isize).add(row % LANES) = x(n * ROWS + row);
                }
            }
            for k in 0..BLOCKS * LANES {
                // SAFETY: as above.
                unsafe { *d_view.at(n, k / LANES, 0, 0).add(k % LANES) = d(n * BLOCKS * LANES + k) };
            }
        }
        let mut product = Product::default();
        // SAFETY: the memory holds the samples.
        unsafe { product.set(BLOCKS * ROWS * LANES, x_view, d_view, SAMPLES) };
        product
    }

    #[test]
    fn any_part_is_the_sum_over_samples() {
        let (x, d) = (|i: usize| (i % 7) as f32 - 3.0, |i: usize| (i % 5) as f32 - 1.0);
        let product = product(x, d);
        for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
            for (first, len) in [(0, BLOCKS * ROWS), (17, 1), (ROWS - 5, 60)] {
                let mut part = vec![f32::NAN; len * LANES];
                isa.scope(|| product.write(first * LANES, &mut part, &[]));
                for (i, v) in part.into_iter().enumerate() {
                    let (block, row) = ((first + i / LANES) / ROWS, (first + i / LANES) % ROWS);
                    let term = |n| d((n * BLOCKS + block) * LANES + i % LANES) * x(n * ROWS + row);
                    assert!((v - (0..SAMPLES).map(term).sum::<f32>()).abs() < 1e-4, "{isa:?}, {first}, {i}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_finite_is_found() {
        let at = |place: usize, value: f32| move |i: usize| if i == place { value } else { 1.0 };
        assert!(product(at(0, 1.0), at(0, 1.0)).is_finite());
        for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(!product(at(SAMPLES * ROWS - 1, value), at(0, 1.0)).is_finite());
            assert!(!product(at(0, 1.0), at(SAMPLES * BLOCKS * LANES - 1, value)).is_finite());
        }
        // Factors that are finite, with and without a product or a sum that is not.
        assert!(!product(at(7, 1e30), at(3, 1e30)).is_finite());
        assert!(product(at(7, 1e30), at(BLOCKS * LANES, 1e30)).is_finite());
        assert!(product(|i| if i % ROWS == 0 { 1e30 } else { 0.0 }, |_| 1e8).is_finite());
        assert!(!product(|i| if i % ROWS == 0 { 1e30 } else { 0.0 }, |_| 2e8).is_finite());
    }
}
