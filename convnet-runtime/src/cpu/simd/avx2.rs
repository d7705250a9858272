//! AVX2, FMA and F16C: two registers hold the 16 lanes.

#[allow(clippy::wildcard_imports)]
use std::arch::x86_64::*;

use super::{Isa, Kernel, Simd};

/// The processor has AVX2, FMA and F16C.
#[derive(Clone, Copy, Debug)]
pub struct Avx2(());

impl Avx2 {
    /// If the processor has the instructions.
    #[inline]
    pub fn new() -> Option<Self> {
        (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c"))
            .then_some(Self(()))
    }
}

macro_rules! op {
    ($e:expr) => {
        // SAFETY: `self` proves that the processor has the instruction.
        unsafe { $e }
    };
}

macro_rules! both {
    ($f:path, $($a:ident),*) => {
        op!([$f($($a[0]),*), $f($($a[1]),*)])
    };
}

type V = [__m256; 2];

impl Simd for Avx2 {
    type V = V;
    type Mask = V;

    const ISA: Isa = Isa::Avx2;
    const TILE_BLOCKS: usize = 1;
    const TILE_PIXELS: usize = 6;
    const TILE_ROWS: usize = 6;
    const AHEAD: usize = 1024;

    #[inline(always)]
    fn vectorize<K: Kernel>(self, kernel: K) -> K::Output {
        #[target_feature(enable = "avx2,fma,f16c")]
        #[inline(never)]
        fn enter<K: Kernel>(s: Avx2, kernel: K) -> K::Output {
            kernel.run(s)
        }
        op!(enter(self, kernel))
    }

    #[inline(always)]
    fn splat(self, x: f32) -> V {
        op!([_mm256_set1_ps(x); 2])
    }

    #[inline(always)]
    unsafe fn load_from(self, x: *const f32) -> V {
        // SAFETY: the caller's promise.
        unsafe { [_mm256_loadu_ps(x), _mm256_loadu_ps(x.add(8))] }
    }

    #[inline(always)]
    unsafe fn store_to(self, x: *mut f32, v: V) {
        // SAFETY: the caller's promise.
        unsafe {
            _mm256_storeu_ps(x, v[0]);
            _mm256_storeu_ps(x.add(8), v[1]);
        }
    }

    #[inline(always)]
    unsafe fn load_half(self, x: *const u16) -> V {
        // SAFETY: the caller's promise.
        unsafe { [_mm256_cvtph_ps(_mm_loadu_si128(x.cast())), _mm256_cvtph_ps(_mm_loadu_si128(x.add(8).cast()))] }
    }

    #[inline(always)]
    unsafe fn store_half(self, x: *mut u16, v: V) {
        // SAFETY: the caller's promise.
        unsafe {
            _mm_storeu_si128(x.cast(), _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(v[0]));
            _mm_storeu_si128(x.add(8).cast(), _mm256_cvtps_ph::<_MM_FROUND_TO_NEAREST_INT>(v[1]));
        }
    }

    #[inline(always)]
    unsafe fn load_halves(self, low: *const f32, high: *const f32) -> V {
        // SAFETY: the caller's promise.
        unsafe { [_mm256_loadu_ps(low), _mm256_loadu_ps(high)] }
    }

    #[inline(always)]
    unsafe fn store_halves(self, low: *mut f32, high: *mut f32, v: V) {
        // SAFETY: the caller's promise.
        unsafe {
            _mm256_storeu_ps(low, v[0]);
            _mm256_storeu_ps(high, v[1]);
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
    fn add(self, a: V, b: V) -> V {
        both!(_mm256_add_ps, a, b)
    }

    #[inline(always)]
    fn sub(self, a: V, b: V) -> V {
        both!(_mm256_sub_ps, a, b)
    }

    #[inline(always)]
    fn mul(self, a: V, b: V) -> V {
        both!(_mm256_mul_ps, a, b)
    }

    #[inline(always)]
    fn div(self, a: V, b: V) -> V {
        both!(_mm256_div_ps, a, b)
    }

    #[inline(always)]
    fn fma(self, a: V, b: V, c: V) -> V {
        both!(_mm256_fmadd_ps, a, b, c)
    }

    #[inline(always)]
    fn max(self, a: V, b: V) -> V {
        both!(_mm256_max_ps, a, b)
    }

    #[inline(always)]
    fn min(self, a: V, b: V) -> V {
        both!(_mm256_min_ps, a, b)
    }

    #[inline(always)]
    fn sqrt(self, a: V) -> V {
        both!(_mm256_sqrt_ps, a)
    }

    #[inline(always)]
    fn pow2(self, n: V) -> V {
        let [a, b] = self.add(n, self.splat(super::portable::POW2_BIAS));
        op!([
            _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_castps_si256(a))),
            _mm256_castsi256_ps(_mm256_slli_epi32::<23>(_mm256_castps_si256(b))),
        ])
    }

    #[inline(always)]
    fn gt(self, a: V, b: V) -> V {
        op!([_mm256_cmp_ps::<_CMP_GT_OQ>(a[0], b[0]), _mm256_cmp_ps::<_CMP_GT_OQ>(a[1], b[1])])
    }

    #[inline(always)]
    fn select(self, mask: V, yes: V, no: V) -> V {
        both!(_mm256_blendv_ps, no, yes, mask)
    }

    #[inline(always)]
    fn bits(self, mask: V) -> u16 {
        op!(_mm256_movemask_ps(mask[0]) as u16 | (_mm256_movemask_ps(mask[1]) as u16) << 8)
    }

    #[inline(always)]
    fn mask(self, bits: u16) -> V {
        op!({
            let lane = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
            let half = |byte: u16| {
                let all = _mm256_set1_epi32(i32::from(byte));
                _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(all, lane), lane))
            };
            [half(bits & 255), half(bits >> 8)]
        })
    }

    #[inline(always)]
    unsafe fn spread<const W: usize>(self, x: *const f32, channel: usize) -> V {
        if W == 8 {
            // SAFETY: the caller's promise.
            return unsafe { [_mm256_set1_ps(*x.add(channel)), _mm256_set1_ps(*x.add(8 + channel))] };
        }
        // SAFETY: the caller's promise.
        let [a, b] = unsafe { self.load_from(x) };
        match channel {
            0 => op!([_mm256_permute_ps::<0x00>(a), _mm256_permute_ps::<0x00>(b)]),
            1 => op!([_mm256_permute_ps::<0x55>(a), _mm256_permute_ps::<0x55>(b)]),
            2 => op!([_mm256_permute_ps::<0xaa>(a), _mm256_permute_ps::<0xaa>(b)]),
            _ => op!([_mm256_permute_ps::<0xff>(a), _mm256_permute_ps::<0xff>(b)]),
        }
    }

    #[inline(always)]
    fn swap(self, v: V) -> V {
        [v[1], v[0]]
    }

    #[inline(always)]
    fn turn_pairs(self, r: [V; 8]) -> [V; 4] {
        let mut out = [r[0]; 4];
        for half in 0..2 {
            // Of two rows, pairs 0 and 1 in the lower quarter, 2 and 3 in the upper one.
            let mut larger = [r[0][0]; 4];
            for i in 0..4 {
                let [a, b] = [r[2 * i][half], r[2 * i + 1][half]];
                larger[i] = op!(_mm256_max_ps(_mm256_shuffle_ps::<0xdd>(a, b), _mm256_shuffle_ps::<0x88>(a, b)));
            }
            let [a, b, c, d] = larger;
            let near = op!([_mm256_shuffle_ps::<0x88>(a, b), _mm256_shuffle_ps::<0xdd>(a, b)]);
            let far = op!([_mm256_shuffle_ps::<0x88>(c, d), _mm256_shuffle_ps::<0xdd>(c, d)]);
            for j in 0..2 {
                out[j][half] = op!(_mm256_permute2f128_ps::<0x20>(near[j], far[j]));
                out[2 + j][half] = op!(_mm256_permute2f128_ps::<0x31>(near[j], far[j]));
            }
        }
        out
    }

    #[inline(always)]
    fn transpose(self, r: [V; 16]) -> [V; 16] {
        let mut out = r;
        for rows in 0..2 {
            for columns in 0..2 {
                // Eight rows of eight columns.
                let (mut t, mut u) = (r, r);
                for i in 0..4 {
                    let [a, b] = [r[8 * rows + 2 * i][columns], r[8 * rows + 2 * i + 1][columns]];
                    t[2 * i][0] = op!(_mm256_unpacklo_ps(a, b));
                    t[2 * i + 1][0] = op!(_mm256_unpackhi_ps(a, b));
                }
                for g in 0..2 {
                    for j in 0..2 {
                        let [a, b] = [t[4 * g + j][0], t[4 * g + j + 2][0]];
                        u[4 * g + 2 * j][0] = op!(_mm256_shuffle_ps::<0x44>(a, b));
                        u[4 * g + 2 * j + 1][0] = op!(_mm256_shuffle_ps::<0xee>(a, b));
                    }
                }
                for j in 0..4 {
                    out[8 * columns + j][rows] = op!(_mm256_permute2f128_ps::<0x20>(u[j][0], u[4 + j][0]));
                    out[8 * columns + 4 + j][rows] = op!(_mm256_permute2f128_ps::<0x31>(u[j][0], u[4 + j][0]));
                }
            }
        }
        out
    }
}
