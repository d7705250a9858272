//! The gradient of the sums: back through pool and activation. The residual gets the same, the bias the sum.

use super::forward::is_blocked;
use super::{Backward, Bias};
use crate::cpu::map::LANES;
use crate::cpu::run::Run;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, Shared, parallel};
use crate::cpu::view::View;
use crate::ops::activation::Activation;

/// Floats that a thread takes at a time, if the planes are not larger.
const TASK: usize = 4096;

/// Writes the gradient of the sums, unless it is the output's, and that of the residual. Gives the sums of each block of
/// each sample, `[sample][block][16]`, if the bias is one of channels and there was something to write, or if only they are
/// wanted.
pub fn sum_gradient(pass: &Backward, wanted: bool, run: &mut Run<'_>) -> Option<Shared> {
    let stage = &pass.stage;
    let direct = pass.sum_gradient == pass.output_gradient;
    let [rows, columns, depth] = stage.geometry.output;
    let shrink = if stage.pool { 2 } else { 1 };
    let size = [rows / shrink, columns / shrink, depth];
    assert!(is_blocked(&pass.sum_gradient.map, stage.geometry.output), "the sums have the convolution's size");
    assert!(is_blocked(&pass.output_gradient.map, size), "the output's gradient has the output's size");
    if direct {
        assert!(!stage.pool && stage.activation == Activation::Identity, "pool and activation have gradients");
    } else {
        assert!(!pass.sum_gradient.meets(&pass.output_gradient, run.batch), "a stage writes where it reads");
        let reads = stage.activation != Activation::Identity;
        assert!(!(reads && pass.sum_gradient.meets(&stage.output, run.batch)), "a stage writes where it reads");
    }
    let mut residual_gradient = pass.residual_gradient;
    if let Some(residual) = &pass.residual_gradient {
        assert!(is_blocked(&residual.buffer.map, stage.geometry.output), "the residual has the convolution's size");
        let same = residual.buffer == pass.output_gradient && !stage.pool;
        if same && direct && !residual.accumulate {
            residual_gradient = None;
        }
        assert!(same || !residual.buffer.meets(&pass.output_gradient, run.batch), "a stage writes where it reads");
        assert!(direct || !residual.buffer.meets(&pass.sum_gradient, run.batch), "a stage writes where it reads");
    }
    if direct && residual_gradient.is_none() && !wanted {
        return None;
    }
    let blocks = depth.div_ceil(LANES);
    let words = (blocks * (rows / 2) * (columns / 2)).next_multiple_of(LANES);
    let winners = stage.pool.then(|| {
        let offset = stage.winners.unwrap_or_else(|| panic!("a pool's gradient needs its winners"));
        (run.words(offset, words).cast_const().cast(), words)
    });
    let back = Back {
        dy: run.view(&pass.output_gradient),
        y: run.view(&stage.output),
        winners,
        activation: stage.activation,
        sums: (!direct).then(|| run.view(&pass.sum_gradient)),
        residual: residual_gradient.map(|residual| (run.view(&residual.buffer), residual.accumulate)),
        rows,
        columns,
        depth,
    };
    let batch = run.batch;
    let totals = run.scratch(batch * blocks * LANES);
    let step = (TASK / (rows * columns * LANES)).clamp(1, batch * blocks);
    let work = 2 * MOVE * batch * blocks * rows * columns * LANES;
    parallel((batch * blocks).div_ceil(step), work, |i| {
        let start = i * step;
        let len = step.min(batch * blocks - start);
        // SAFETY: the tasks have different parts of the memory.
        let totals = unsafe { totals.part(start * LANES, len * LANES) };
        dispatch(Planes { back: &back, blocks, start, totals });
    });
    (stage.geometry.bias == Bias::Channel).then_some(totals)
}

struct Back {
    dy: View,
    y: View,
    winners: Option<(*const u32, usize)>,
    activation: Activation,
    sums: Option<View>,
    residual: Option<(View, bool)>,
    rows: usize,
    columns: usize,
    depth: usize,
}

// SAFETY: the winners are only read, by all threads.
unsafe impl Sync for Back {}

/// Some blocks of some samples, one behind the other.
struct Planes<'a> {
    back: &'a Back,
    /// Blocks of a sample.
    blocks: usize,
    start: usize,
    /// The sums of their gradients.
    totals: &'a mut [f32],
}

impl Kernel for Planes<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { back, blocks, start, totals } = self;
        for (i, total) in totals.chunks_exact_mut(LANES).enumerate() {
            let (sample, block) = ((start + i) / blocks, (start + i) % blocks);
            Plane { back, sample, block, total }.run(s);
        }
    }
}

/// One block of one sample.
struct Plane<'a> {
    back: &'a Back,
    sample: usize,
    block: usize,
    /// The sum of its gradients.
    total: &'a mut [f32],
}

impl Kernel for Plane<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let back = self.back;
        // SAFETY: all buffers have the sizes that `sum_gradient` has asserted, and do not meet where one is written;
        // each task has its own block.
        unsafe {
            if let Some(sums) = back.sums {
                sums.clear_border(self.sample, self.block);
            }
            if let Some((residual, false)) = back.residual {
                residual.clear_border(self.sample, self.block);
            }
            let mut total = s.zero();
            match back.winners {
                Some((winners, words)) => {
                    let winners = winners.add(self.sample * words);
                    for row in 0..back.rows / 2 {
                        total = s.add(total, self.unpool(s, winners, row));
                    }
                    if back.rows % 2 == 1 {
                        for column in 0..back.columns {
                            self.put(s, back.rows - 1, column, s.zero());
                        }
                    }
                }
                None => {
                    for row in 0..back.rows {
                        // Independent sums, so that additions need not wait for each other.
                        let mut sums = [s.zero(); 4];
                        for column in 0..back.columns {
                            let v = self.gradient(s, row, column);
                            self.put(s, row, column, v);
                            sums[column % 4] = s.add(sums[column % 4], v);
                        }
                        total = s.add(total, s.add(s.add(sums[0], sums[1]), s.add(sums[2], sums[3])));
                    }
                }
            }
            s.store_to(self.total.as_mut_ptr(), total);
        }
    }
}

impl Plane<'_> {
    /// `f'(y) dy` at a position of the output.
    #[inline(always)]
    unsafe fn gradient<S: Simd>(&self, s: S, row: usize, column: usize) -> S::V {
        let back = self.back;
        let at = |view: &View| view.at(self.sample, self.block, row as isize, column as isize);
        // SAFETY: see `run`.
        unsafe {
            let mut v = s.load_from(at(&back.dy));
            if back.activation != Activation::Identity {
                v = back.activation.gradient(s, s.load_from(at(&back.y)), v);
            }
            s.first(back.depth - self.block * LANES, v)
        }
    }

    /// Writes the gradient of a sum.
    #[inline(always)]
    unsafe fn put<S: Simd>(&self, s: S, row: usize, column: usize, v: S::V) {
        let at = |view: &View| view.at(self.sample, self.block, row as isize, column as isize);
        // SAFETY: see `run`.
        unsafe {
            if let Some(sums) = &self.back.sums {
                s.store_to(at(sums), v);
            }
            if let Some((residual, accumulate)) = &self.back.residual {
                let to = at(residual);
                s.store_to(to, if *accumulate { s.add(s.load_from(to), v) } else { v });
            }
        }
    }

    /// Gives each gradient of a row to the one of four that won, and the sum of all.
    #[inline(always)]
    unsafe fn unpool<S: Simd>(&self, s: S, winners: *const u32, row: usize) -> S::V {
        let [rows, columns] = [self.back.rows, self.back.columns];
        let zero = s.zero();
        let mut sums = [zero; 4];
        // SAFETY: see `run`; there is a word for each block and position of the output.
        unsafe {
            for column in 0..columns / 2 {
                let g = self.gradient(s, row, column);
                let word = *winners.add((self.block * (rows / 2) + row) * (columns / 2) + column);
                let [low, right] = [(word >> 16) as u16, word as u16];
                for (i, won) in [!low & !right, !low & right, low & !right, low & right].into_iter().enumerate() {
                    self.put(s, 2 * row + i / 2, 2 * column + i % 2, s.select(s.mask(won), g, zero));
                }
                sums[column % 4] = s.add(sums[column % 4], g);
            }
            if columns % 2 == 1 {
                self.put(s, 2 * row, columns - 1, zero);
                self.put(s, 2 * row + 1, columns - 1, zero);
            }
        }
        s.add(s.add(sums[0], sums[1]), s.add(sums[2], sums[3]))
    }
}
