//! No intrinsics: arrays, which the compiler makes vectors of as well as it can.

use super::{Isa, Kernel, Simd};
use crate::cpu::map::LANES;

/// Added to a whole `n`, it leaves `n + 127` in the lowest bits of the mantissa: shifted left by 23 they are `2^n`.
pub(super) const POW2_BIAS: f32 = 8_388_735.0;

/// Every processor.
#[derive(Clone, Copy, Debug)]
pub struct Portable;

type V = [f32; LANES];

macro_rules! each {
    (|$($a:ident),*| $e:expr) => {{
        let mut out = [0.0; LANES];
        for i in 0..LANES {
            $(let $a = $a[i];)*
            out[i] = $e;
        }
        out
    }};
}

impl Simd for Portable {
    type V = V;
    type Mask = [bool; LANES];

    const ISA: Isa = Isa::Portable;
    const TILE_BLOCKS: usize = 1;
    const TILE_PIXELS: usize = 2;
    const TILE_ROWS: usize = 2;
    const AHEAD: usize = 1024;

    #[inline(always)]
    fn vectorize<K: Kernel>(self, kernel: K) -> K::Output {
        #[inline(never)]
        fn enter<K: Kernel>(kernel: K) -> K::Output {
            kernel.run(Portable)
        }
        enter(kernel)
    }

    #[inline(always)]
    fn splat(self, x: f32) -> V {
        [x; LANES]
    }

    #[inline(always)]
    unsafe fn load_from(self, x: *const f32) -> V {
        // SAFETY: the caller's promise.
        unsafe { x.cast::<V>().read_unaligned() }
    }

    #[inline(always)]
    unsafe fn store_to(self, x: *mut f32, v: V) {
        // SAFETY: the caller's promise.
        unsafe { x.cast::<V>().write_unaligned(v) }
    }

    #[inline(always)]
    fn prefetch(self, _: *const f32) {}

    #[inline(always)]
    fn prefetch_far(self, _: *const f32) {}

    #[inline(always)]
    fn add(self, a: V, b: V) -> V {
        each!(|a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, a: V, b: V) -> V {
        each!(|a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, a: V, b: V) -> V {
        each!(|a, b| a * b)
    }

    #[inline(always)]
    fn div(self, a: V, b: V) -> V {
        each!(|a, b| a / b)
    }

    #[inline(always)]
    fn fma(self, a: V, b: V, c: V) -> V {
        each!(|a, b, c| a * b + c)
    }

    #[inline(always)]
    fn max(self, a: V, b: V) -> V {
        each!(|a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    fn min(self, a: V, b: V) -> V {
        each!(|a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    fn sqrt(self, a: V) -> V {
        each!(|a| a.sqrt())
    }

    #[inline(always)]
    fn pow2(self, n: V) -> V {
        each!(|n| f32::from_bits((n + POW2_BIAS).to_bits() << 23))
    }

    #[inline(always)]
    fn gt(self, a: V, b: V) -> [bool; LANES] {
        let mut out = [false; LANES];
        for i in 0..LANES {
            out[i] = a[i] > b[i];
        }
        out
    }

    #[inline(always)]
    fn select(self, mask: [bool; LANES], yes: V, no: V) -> V {
        each!(|mask, yes, no| if mask { yes } else { no })
    }

    #[inline(always)]
    fn bits(self, mask: [bool; LANES]) -> u16 {
        let mut bits = 0;
        for (i, &set) in mask.iter().enumerate() {
            bits |= u16::from(set) << i;
        }
        bits
    }

    #[inline(always)]
    fn mask(self, bits: u16) -> [bool; LANES] {
        let mut mask = [false; LANES];
        for (i, set) in mask.iter_mut().enumerate() {
            *set = bits >> i & 1 == 1;
        }
        mask
    }
}
