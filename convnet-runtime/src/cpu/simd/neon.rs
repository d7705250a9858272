//! NEON: four registers hold the 16 lanes.

#[allow(clippy::wildcard_imports)]
use std::arch::aarch64::*;
use std::arch::is_aarch64_feature_detected;

use super::{Isa, Kernel, Simd};

/// The processor has NEON.
#[derive(Clone, Copy, Debug)]
pub struct Neon(());

impl Neon {
    /// If the processor has the instructions.
    #[inline]
    pub fn new() -> Option<Self> {
        is_aarch64_feature_detected!("neon").then_some(Self(()))
    }
}

macro_rules! op {
    ($e:expr) => {
        // SAFETY: `self` proves that the processor has the instruction.
        unsafe { $e }
    };
}

macro_rules! four {
    ($f:path, $($a:ident),*) => {
        op!([$f($($a[0]),*), $f($($a[1]),*), $f($($a[2]),*), $f($($a[3]),*)])
    };
}

type V = [float32x4_t; 4];

impl Simd for Neon {
    type V = V;
    type Mask = [uint32x4_t; 4];

    const ISA: Isa = Isa::Neon;
    const TILE_BLOCKS: usize = 1;
    const TILE_PIXELS: usize = 6;
    const TILE_ROWS: usize = 4;
    const AHEAD: usize = 1024;

    #[inline(always)]
    fn vectorize<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "neon")]
        #[inline(never)]
        fn enter<K: Kernel>(s: Neon, kernel: K) -> K::Output {
            kernel.run(s)
        }
        op!(enter(self, kernel))
    }

    #[inline(always)]
    fn splat(self, x: f32) -> V {
        op!([vdupq_n_f32(x); 4])
    }

    #[inline(always)]
    unsafe fn load_from(self, x: *const f32) -> V {
        // SAFETY: the caller's promise.
        unsafe { [vld1q_f32(x), vld1q_f32(x.add(4)), vld1q_f32(x.add(8)), vld1q_f32(x.add(12))] }
    }

    #[inline(always)]
    unsafe fn store_to(self, x: *mut f32, v: V) {
        for (i, v) in v.into_iter().enumerate() {
            // SAFETY: the caller's promise.
            unsafe { vst1q_f32(x.add(4 * i), v) }
        }
    }

    #[inline(always)]
    unsafe fn load_halves(self, low: *const f32, high: *const f32) -> V {
        // SAFETY: the caller's promise.
        unsafe { [vld1q_f32(low), vld1q_f32(low.add(4)), vld1q_f32(high), vld1q_f32(high.add(4))] }
    }

    #[inline(always)]
    unsafe fn store_halves(self, low: *mut f32, high: *mut f32, v: V) {
        // SAFETY: the caller's promise.
        unsafe {
            vst1q_f32(low, v[0]);
            vst1q_f32(low.add(4), v[1]);
            vst1q_f32(high, v[2]);
            vst1q_f32(high.add(4), v[3]);
        }
    }

    #[inline(always)]
    fn prefetch(self, _: *const f32) {}

    #[inline(always)]
    fn prefetch_far(self, _: *const f32) {}

    #[inline(always)]
    fn add(self, a: V, b: V) -> V {
        four!(vaddq_f32, a, b)
    }

    #[inline(always)]
    fn sub(self, a: V, b: V) -> V {
        four!(vsubq_f32, a, b)
    }

    #[inline(always)]
    fn mul(self, a: V, b: V) -> V {
        four!(vmulq_f32, a, b)
    }

    #[inline(always)]
    fn div(self, a: V, b: V) -> V {
        four!(vdivq_f32, a, b)
    }

    #[inline(always)]
    fn fma(self, a: V, b: V, c: V) -> V {
        four!(vfmaq_f32, c, a, b)
    }

    #[inline(always)]
    fn max(self, a: V, b: V) -> V {
        self.select(self.gt(a, b), a, b)
    }

    #[inline(always)]
    fn min(self, a: V, b: V) -> V {
        self.select(self.gt(b, a), a, b)
    }

    #[inline(always)]
    fn sqrt(self, a: V) -> V {
        four!(vsqrtq_f32, a)
    }

    #[inline(always)]
    fn pow2(self, n: V) -> V {
        self.add(n, self.splat(super::portable::POW2_BIAS))
            .map(|v| op!(vreinterpretq_f32_u32(vshlq_n_u32::<23>(vreinterpretq_u32_f32(v)))))
    }

    #[inline(always)]
    fn gt(self, a: V, b: V) -> [uint32x4_t; 4] {
        four!(vcgtq_f32, a, b)
    }

    #[inline(always)]
    fn select(self, mask: [uint32x4_t; 4], yes: V, no: V) -> V {
        four!(vbslq_f32, mask, yes, no)
    }

    #[inline(always)]
    fn swap(self, v: V) -> V {
        [v[2], v[3], v[0], v[1]]
    }

    #[inline(always)]
    fn bits(self, mask: [uint32x4_t; 4]) -> u16 {
        let lane = [1_u32, 2, 4, 8];
        let mut bits = 0;
        for (i, m) in mask.into_iter().enumerate() {
            bits |= (op!(vaddvq_u32(vandq_u32(m, vld1q_u32(lane.as_ptr())))) as u16) << (4 * i);
        }
        bits
    }

    #[inline(always)]
    fn mask(self, bits: u16) -> [uint32x4_t; 4] {
        let lane = [1_u32, 2, 4, 8];
        [0, 4, 8, 12].map(|i| op!(vtstq_u32(vdupq_n_u32(u32::from(bits >> i)), vld1q_u32(lane.as_ptr()))))
    }
}
