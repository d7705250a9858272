//! Weights in half precision.

use crate::cpu::map::LANES;
use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::cpu::threads::{MOVE, Shared, parallel};
use crate::parameter::{Form, Parameter};

/// Floats that a thread takes at a time.
const TASK: usize = 1 << 14;
/// The largest half.
const MOST: f32 = 65504.0;

/// The parameter's packed values, each rounded to the nearest half; kept until they change. Values beyond the largest
/// half become that.
pub fn halves(parameter: &Parameter) -> &[u16] {
    let floats = parameter.derived(Form::Half, |values, floats| {
        floats.grow(values.len() / 2);
        let to = Shared::new(floats);
        parallel(values.len().div_ceil(TASK), MOVE * values.len(), |i| {
            let from = &values[i * TASK..values.len().min((i + 1) * TASK)];
            // SAFETY: the tasks have different parts.
            let to = unsafe { to.part(i * TASK / 2, from.len() / 2) };
            dispatch(Narrow { from, to });
        });
    });
    // SAFETY: a float has room for two halves, which may hold anything.
    unsafe { std::slice::from_raw_parts(floats.as_ptr().cast(), 2 * floats.len()) }
}

/// Writes as many halves as there are floats, a multiple of 16.
struct Narrow<'a> {
    from: &'a [f32],
    to: &'a mut [f32],
}

impl Kernel for Narrow<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (least, most) = (s.splat(-MOST), s.splat(MOST));
        for (from, to) in self.from.as_chunks::<LANES>().0.iter().zip(self.to.as_chunks_mut::<{ LANES / 2 }>().0) {
            let v = s.min(most, s.max(least, s.load(from)));
            // SAFETY: 8 floats have room for 16 halves.
            unsafe { s.store_half(to.as_mut_ptr().cast(), v) };
        }
    }
}
