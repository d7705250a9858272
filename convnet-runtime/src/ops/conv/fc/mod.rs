//! Fully connected layers forward: the filters cover the whole input, so that the sums are the product of a matrix of
//! samples and the packed weights, `[filters / 16][inputs][16]`. These are the bulk of the memory. For few samples they
//! are read once, as fast as memory gives them, perhaps in half precision; for many, a piece at a time is used for all
//! samples while it is in the nearest cache.

mod half;
mod task;
mod tile;

pub use half::halves;

use std::cell::Cell;

use self::task::{Plan, Task};
use self::tile::Weight;
use super::epilogue::Epilogue;
use super::{Algorithm, Geometry, pack};
use crate::cpu::map::LANES;
use crate::cpu::memory::Floats;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::parallel;
use crate::cpu::view::View;

/// Packed weights.
#[derive(Clone, Copy)]
pub enum Weights<'a> {
    /// As they are.
    Single(&'a [f32]),
    /// In half precision.
    Half(&'a [u16]),
}

/// Computes the sums and hands them to the epilogue.
///
/// # Panics
/// If there are too few weights.
///
/// # Safety
/// `x` has `batch` samples of the convolution's size, which `dense::fits`; the epilogue can take its output, and nobody
/// else touches either.
pub unsafe fn forward(geometry: &Geometry, x: View, batch: usize, weights: Weights<'_>, epilogue: &Epilogue) {
    thread_local! {
        static GATHERED: Cell<Floats> = const { Cell::new(Floats::new()) };
    }
    let [height, width, depth] = geometry.input;
    let blocks = geometry.output[2].div_ceil(LANES);
    let stream = pack::packed_len(geometry) / blocks;
    // Lanes beyond the depth are zero; behind the last position there is no need to read them.
    let len = if height * width == 1 { depth } else { stream / LANES };
    let mut pass =
        Pass { x: x.at(0, 0, 0, 0), x_sample: x.sample, len, w: (), stream, samples: batch, blocks, epilogue };
    let mut gathered = None;
    if x.map.border != [0; 4] {
        let mut floats = GATHERED.take();
        floats.grow(batch * len);
        // SAFETY: the caller's promise.
        unsafe { gather(geometry, x, batch, &mut floats[..batch * len]) };
        (pass.x, pass.x_sample) = (floats.as_ptr(), len);
        gathered = Some(floats);
    }
    match weights {
        Weights::Single(w) => pass.of(w).run(),
        Weights::Half(w) => pass.of(w).run(),
    }
    if let Some(floats) = gathered {
        GATHERED.set(floats);
    }
}

/// Copies rows without the border between them, one behind the other.
unsafe fn gather(geometry: &Geometry, x: View, batch: usize, to: &mut [f32]) {
    let [height, width, depth] = geometry.input;
    let planes = if geometry.algorithm == Algorithm::Planar { depth } else { depth.div_ceil(LANES) };
    for (sample, to) in to.chunks_mut(to.len() / batch).enumerate() {
        let mut rows = to.chunks_mut(width * x.lanes);
        for plane in 0..planes {
            for (row, to) in (0..height).zip(&mut rows) {
                // SAFETY: the row lies in the volume; the last of a single position may be cut short.
                let from = unsafe { std::slice::from_raw_parts(x.at(sample, plane, row as isize, 0), to.len()) };
                to.copy_from_slice(from);
            }
        }
    }
}

/// What is multiplied: `sums[n, k] = sum over i of x[n, i] w[k, i]`.
struct Pass<'a, W> {
    /// The samples.
    x: *const f32,
    /// From a sample to the next.
    x_sample: usize,
    /// Inputs.
    len: usize,
    /// The weights.
    w: W,
    /// From the weights of a block of filters to those of the next.
    stream: usize,
    samples: usize,
    /// Blocks of filters.
    blocks: usize,
    epilogue: &'a Epilogue,
}

// SAFETY: what the addresses point to is only read.
unsafe impl<W> Sync for Pass<'_, W> {}

impl<'a> Pass<'a, ()> {
    /// The same with weights.
    fn of<W: Weight>(self, w: &[W]) -> Pass<'a, *const W> {
        assert!(w.len() >= self.blocks * self.stream, "the weights are the layer's");
        let Self { x, x_sample, len, stream, samples, blocks, epilogue, .. } = self;
        Pass { x, x_sample, len, w: w.as_ptr(), stream, samples, blocks, epilogue }
    }
}

impl<W: Weight> Pass<'_, *const W> {
    fn run(&self) {
        dispatch(All(self));
    }
}

struct All<'a, W>(&'a Pass<'a, *const W>);

impl<W: Weight> Kernel for All<'_, W> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self(pass) = self;
        let plan = Plan::new::<S, W>(pass);
        let work = 2 * pass.samples * pass.blocks * pass.stream;
        parallel(plan.tasks(), work, |i| s.vectorize(Task { pass, plan: &plan, i }));
    }
}
