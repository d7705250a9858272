//! AVX-512: one register holds the 16 lanes.

#[allow(clippy::wildcard_imports)]
use std::arch::x86_64::*;

use super::{Isa, Kernel, Simd};

/// The processor has AVX-512 F, BW, DQ and VL.
#[derive(Clone, Copy, Debug)]
pub struct Avx512(());

impl Avx512 {
    /// If the processor has the instructions.
    #[inline]
    pub fn new() -> Option<Self> {
        (is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl"))
        .then_some(Self(()))
    }
}

macro_rules! op {
    ($e:expr) => {
        // SAFETY: `self` proves that the processor has the instruction.
        unsafe { $e }
    };
}

impl Simd for Avx512 {
    type V = __m512;
    type Mask = __mmask16;

    const ISA: Isa = Isa::Avx512;
    const TILE_BLOCKS: usize = 2;
    const TILE_PIXELS: usize = 14;
    const TILE_ROWS: usize = 8;
    const AHEAD: usize = 2560;

    #[inline(always)]
    fn vectorize<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
        #[inline(never)]
        fn enter<K: Kernel>(s: Avx512, kernel: K) -> K::Output {
            kernel.run(s)
        }
        op!(enter(self, kernel))
    }

    #[inline(always)]
    fn splat(self, x: f32) -> __m512 {
        op!(_mm512_set1_ps(x))
    }

    #[inline(always)]
    unsafe fn load_from(self, x: *const f32) -> __m512 {
        // SAFETY: the caller's promise.
        unsafe { _mm512_loadu_ps(x) }
    }

    #[inline(always)]
    unsafe fn store_to(self, x: *mut f32, v: __m512) {
        // SAFETY: the caller's promise.
        unsafe { _mm512_storeu_ps(x, v) }
    }

    #[inline(always)]
    unsafe fn load_half(self, x: *const u16) -> __m512 {
        // SAFETY: the caller's promise.
        unsafe { _mm512_cvtph_ps(_mm256_loadu_si256(x.cast())) }
    }

    #[inline(always)]
    unsafe fn store_half(self, x: *mut u16, v: __m512) {
        // SAFETY: the caller's promise.
        unsafe { _mm256_storeu_si256(x.cast(), _mm512_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(v)) }
    }

    #[inline(always)]
    unsafe fn load_halves(self, low: *const f32, high: *const f32) -> __m512 {
        // SAFETY: the caller's promise.
        unsafe { _mm512_insertf32x8::<1>(_mm512_castps256_ps512(_mm256_loadu_ps(low)), _mm256_loadu_ps(high)) }
    }

    #[inline(always)]
    unsafe fn store_halves(self, low: *mut f32, high: *mut f32, v: __m512) {
        // SAFETY: the caller's promise.
        unsafe {
            _mm256_storeu_ps(low, _mm512_castps512_ps256(v));
            _mm256_storeu_ps(high, _mm512_extractf32x8_ps::<1>(v));
        }
    }

    #[inline(always)]
    fn prefetch(self, x: *const f32) {
        op!(_mm_prefetch::<_MM_HINT_T0>(x.cast()));
    }

    #[inline(always)]
    fn prefetch_far(self, x: *const f32) {
        op!(_mm_prefetch::<_MM_HINT_T1>(x.cast()));
    }

    #[inline(always)]
    fn add(self, a: __m512, b: __m512) -> __m512 {
        op!(_mm512_add_ps(a, b))
    }

    #[inline(always)]
    fn sub(self, a: __m512, b: __m512) -> __m512 {
        op!(_mm512_sub_ps(a, b))
    }

    #[inline(always)]
    fn mul(self, a: __m512, b: __m512) -> __m512 {
        op!(_mm512_mul_ps(a, b))
    }

    #[inline(always)]
    fn div(self, a: __m512, b: __m512) -> __m512 {
        op!(_mm512_div_ps(a, b))
    }

    #[inline(always)]
    fn fma(self, a: __m512, b: __m512, c: __m512) -> __m512 {
        op!(_mm512_fmadd_ps(a, b, c))
    }

    #[inline(always)]
    fn max(self, a: __m512, b: __m512) -> __m512 {
        op!(_mm512_max_ps(a, b))
    }

    #[inline(always)]
    fn min(self, a: __m512, b: __m512) -> __m512 {
        op!(_mm512_min_ps(a, b))
    }

    #[inline(always)]
    fn sqrt(self, a: __m512) -> __m512 {
        op!(_mm512_sqrt_ps(a))
    }

    #[inline(always)]
    fn pow2(self, n: __m512) -> __m512 {
        let biased = self.add(n, self.splat(super::portable::POW2_BIAS));
        op!(_mm512_castsi512_ps(_mm512_slli_epi32::<23>(_mm512_castps_si512(biased))))
    }

    #[inline(always)]
    fn gt(self, a: __m512, b: __m512) -> __mmask16 {
        op!(_mm512_cmp_ps_mask::<_CMP_GT_OQ>(a, b))
    }

    #[inline(always)]
    fn select(self, mask: __mmask16, yes: __m512, no: __m512) -> __m512 {
        op!(_mm512_mask_blend_ps(mask, no, yes))
    }

    #[inline(always)]
    fn bits(self, mask: __mmask16) -> u16 {
        mask
    }

    #[inline(always)]
    fn mask(self, bits: u16) -> __mmask16 {
        bits
    }

    #[inline(always)]
    unsafe fn spread<const W: usize>(self, x: *const f32, channel: usize) -> __m512 {
        if W == 8 {
            // SAFETY: the caller's promise.
            let [low, high] = unsafe { [_mm256_set1_ps(*x.add(channel)), _mm256_set1_ps(*x.add(8 + channel))] };
            return op!(_mm512_insertf32x8::<1>(_mm512_castps256_ps512(low), high));
        }
        // SAFETY: the caller's promise.
        let v = unsafe { self.load_from(x) };
        match channel {
            0 => op!(_mm512_permute_ps::<0x00>(v)),
            1 => op!(_mm512_permute_ps::<0x55>(v)),
            2 => op!(_mm512_permute_ps::<0xaa>(v)),
            _ => op!(_mm512_permute_ps::<0xff>(v)),
        }
    }

    #[inline(always)]
    fn swap(self, v: __m512) -> __m512 {
        op!(_mm512_shuffle_f32x4::<0x4e>(v, v))
    }

    #[inline(always)]
    fn transpose(self, r: [__m512; 16]) -> [__m512; 16] {
        let (mut t, mut u, mut out) = (r, r, r);
        for i in 0..8 {
            t[2 * i] = op!(_mm512_unpacklo_ps(r[2 * i], r[2 * i + 1]));
            t[2 * i + 1] = op!(_mm512_unpackhi_ps(r[2 * i], r[2 * i + 1]));
        }
        // Then u[4 g + j] holds rows 4 g to 4 g + 3 of column 4 l + j in its quarter l.
        for g in 0..4 {
            for j in 0..2 {
                let [a, b] = op!([_mm512_castps_pd(t[4 * g + j]), _mm512_castps_pd(t[4 * g + j + 2])]);
                u[4 * g + 2 * j] = op!(_mm512_castpd_ps(_mm512_unpacklo_pd(a, b)));
                u[4 * g + 2 * j + 1] = op!(_mm512_castpd_ps(_mm512_unpackhi_pd(a, b)));
            }
        }
        for j in 0..4 {
            // Quarters 0 and 2, quarters 1 and 3, of the upper and the lower rows.
            let even =
                op!([_mm512_shuffle_f32x4::<0x88>(u[j], u[4 + j]), _mm512_shuffle_f32x4::<0x88>(u[8 + j], u[12 + j])]);
            let odd =
                op!([_mm512_shuffle_f32x4::<0xdd>(u[j], u[4 + j]), _mm512_shuffle_f32x4::<0xdd>(u[8 + j], u[12 + j])]);
            out[j] = op!(_mm512_shuffle_f32x4::<0x88>(even[0], even[1]));
            out[4 + j] = op!(_mm512_shuffle_f32x4::<0x88>(odd[0], odd[1]));
            out[8 + j] = op!(_mm512_shuffle_f32x4::<0xdd>(even[0], even[1]));
            out[12 + j] = op!(_mm512_shuffle_f32x4::<0xdd>(odd[0], odd[1]));
        }
        out
    }
}
