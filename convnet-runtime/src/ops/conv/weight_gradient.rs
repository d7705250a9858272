//! The gradient of the weights: for each tap, the sum over samples and positions of the outer products of input and
//! gradient of the sums. The sums run in a fixed order, whoever computes them.

use super::bias_gradient::add_samples;
use super::weight_task::Task;
use super::{Algorithm, Geometry, Method, pack, winograd};
use crate::cpu::map::LANES;
use crate::cpu::run::Run;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, Shared, parallel};
use crate::cpu::view::View;

/// Tasks that keep all processors busy. With fewer, the sums are cut into parts that are added in the end.
const TASKS: usize = 64;

/// Writes the gradient of the packed weights, or adds to it; by products without transforms also that of a bias of channels, if
/// there is one to write.
///
/// # Safety
/// `x` and `dz` are the input and the gradient of the sums of the run's samples, of the convolution's sizes; the border of
/// `x` is as wide as the windows reach.
pub unsafe fn weight_gradient(
    geometry: &Geometry,
    method: Method,
    [x, dz]: [View; 2],
    gradient: &mut [f32],
    bias: Option<&mut [f32]>,
    accumulate: bool,
    run: &mut Run<'_>,
) {
    let batch = run.batch;
    let len = pack::packed_len(geometry);
    assert!(gradient.len() >= len, "the gradient is the layer's");
    if let Some(tiling) = winograd::tiling(method, geometry) {
        // SAFETY: as for this function.
        unsafe { winograd::weight_gradient(geometry, tiling, [x, dz], gradient, accumulate, run) };
        return;
    }
    let single = geometry.output[0] == 1 && geometry.output[1] == 1;
    let lines = if single { 1 } else { batch * geometry.output[0] };
    let sums = Shared::new(gradient);
    let mut pass =
        Pass { geometry, x, dz, batch, single, lines, len, parts: 1, resume: accumulate, sums, totals: None };
    let tasks = dispatch(Count(&pass));
    pass.parts = TASKS.div_ceil(tasks).min(lines.div_ceil(4)).max(1);
    let (filters, parts) = (geometry.output[2].next_multiple_of(LANES), pass.parts);
    let apart = if parts > 1 { parts * len } else { 0 };
    let scratch = run.scratch(apart + parts * filters);
    if parts > 1 {
        (pass.resume, pass.sums) = (false, scratch);
    }
    if bias.is_some() {
        // SAFETY: nothing else uses that part of the scratch memory.
        pass.totals = Some(Shared::new(unsafe { scratch.part(apart, parts * filters) }));
    }
    // A depthwise product takes as long as several: what it reads it uses once.
    let each = if geometry.algorithm == Algorithm::Depthwise { 4 } else { 2 };
    let work = each * len * batch * geometry.output[0] * geometry.output[1];
    dispatch(All { pass: &pass, tasks, work });
    // SAFETY: all parts have been written above.
    unsafe {
        if parts > 1 {
            add_parts(&mut gradient[..len], scratch.part(0, apart), accumulate);
        }
        if let Some(bias) = bias {
            add_samples(scratch.part(apart, parts * filters), &mut bias[..filters], accumulate);
        }
    }
}

/// `gradient (+)= sum of the parts`, in order.
fn add_parts(gradient: &mut [f32], parts: &[f32], accumulate: bool) {
    const FLOATS: usize = 4096;
    let len = gradient.len();
    let gradient = Shared::new(gradient);
    parallel(len.div_ceil(FLOATS), MOVE * parts.len(), |i| {
        let start = i * FLOATS;
        // SAFETY: the pieces are different parts of the gradient.
        let to = unsafe { gradient.part(start, FLOATS.min(len - start)) };
        if !accumulate {
            to.fill(0.0);
        }
        for part in parts.chunks_exact(len) {
            to.iter_mut().zip(&part[start..]).for_each(|(to, part)| *to += part);
        }
    });
}

/// What is summed, and where the sums go.
pub struct Pass<'a> {
    /// The convolution.
    pub geometry: &'a Geometry,
    /// Its input.
    pub x: View,
    /// The gradient of its sums.
    pub dz: View,
    /// Samples.
    pub batch: usize,
    /// There is one position: a line is the batch.
    pub single: bool,
    /// Lines of positions to sum over: rows of samples.
    pub lines: usize,
    /// Floats of the gradient.
    pub len: usize,
    /// Parts of the lines, whose sums lie one behind the other.
    pub parts: usize,
    /// Add to what is there.
    pub resume: bool,
    /// `[part][packed weights]`
    pub sums: Shared,
    /// `[part][filter]`, the gradient of the bias, if it is wanted.
    pub totals: Option<Shared>,
}

/// The number of independent sums.
struct Count<'a>(&'a Pass<'a>);

impl Kernel for Count<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> usize {
        let (groups, pieces) = self.0.grid::<S>();
        groups * pieces
    }
}

struct All<'a> {
    pass: &'a Pass<'a>,
    tasks: usize,
    work: usize,
}

impl Kernel for All<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Self { pass, tasks, work } = self;
        parallel(tasks * pass.parts, work, |i| s.vectorize(Task { pass, part: i / tasks, i: i % tasks }));
    }
}
