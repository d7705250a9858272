//! Vectors of 16 floats, one channel block wide whatever the instruction set, and the choice of the set at run time.
//!
//! A kernel is written once, as a [`Kernel`] generic over [`Simd`]; [`dispatch`] runs it inside a function compiled for
//! the best instruction set of this machine. Everything between `Kernel::run` and the vector operations must be
//! `#[inline(always)]`, otherwise the operations become calls: correct, but slow.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub(crate) mod half;
mod isa;
#[cfg(target_arch = "aarch64")]
mod neon;
mod portable;
#[cfg(test)]
mod tests;

#[cfg(target_arch = "x86_64")]
pub use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub use avx512::Avx512;
pub use isa::Isa;
#[cfg(target_arch = "aarch64")]
pub use neon::Neon;
pub use portable::Portable;

use super::map::LANES;

/// The operations on 16 lanes. A value of the type proves that the processor has the instructions.
pub trait Simd: Copy + Send + Sync + 'static {
    /// Sixteen floats.
    type V: Copy;
    /// Sixteen truth values.
    type Mask: Copy;

    /// The instruction set.
    const ISA: Isa;
    /// The register tile of matrix products: blocks of 16 output channels.
    const TILE_BLOCKS: usize;
    /// The register tile of matrix products: positions.
    const TILE_PIXELS: usize;
    /// The register tile of sums of outer products over positions: rows of weights.
    const TILE_ROWS: usize;

    /// How far ahead of its use a weight is asked for that is used once, in bytes.
    const AHEAD: usize;

    /// Runs the kernel in a function of its own, compiled for this instruction set, of which there is one copy however
    /// many call it.
    fn vectorize<K: Kernel>(self, kernel: K) -> K::Output;

    /// The same number in every lane.
    fn splat(self, x: f32) -> Self::V;

    /// Sixteen floats from memory, at any alignment.
    ///
    /// # Safety
    /// `x` points to 16 readable floats.
    unsafe fn load_from(self, x: *const f32) -> Self::V;

    /// Sixteen floats into memory, at any alignment.
    ///
    /// # Safety
    /// `x` points to 16 writable floats.
    unsafe fn store_to(self, x: *mut f32, v: Self::V);

    /// Sixteen halves from memory, at any alignment.
    ///
    /// # Safety
    /// `x` points to 16 readable halves.
    #[inline(always)]
    unsafe fn load_half(self, x: *const u16) -> Self::V {
        // SAFETY: the caller's promise.
        let halves = unsafe { x.cast::<[u16; LANES]>().read_unaligned() };
        self.load(&halves.map(half::widen))
    }

    /// Sixteen halves into memory, at any alignment; rounds to the nearest, of two equally near ones to the even.
    ///
    /// # Safety
    /// `x` points to 16 writable halves.
    #[inline(always)]
    unsafe fn store_half(self, x: *mut u16, v: Self::V) {
        let halves = self.to_array(v).map(half::narrow);
        // SAFETY: the caller's promise.
        unsafe { x.cast::<[u16; LANES]>().write_unaligned(halves) }
    }

    /// Eight floats from one place and eight from another, at any alignment.
    ///
    /// # Safety
    /// Both point to 8 readable floats.
    #[inline(always)]
    unsafe fn load_halves(self, low: *const f32, high: *const f32) -> Self::V {
        let mut array = [0.0; LANES];
        for (i, lane) in array.iter_mut().enumerate() {
            // SAFETY: it is one of the eight.
            *lane = unsafe { if i < 8 { *low.add(i) } else { *high.add(i - 8) } };
        }
        self.load(&array)
    }

    /// Lanes 0 to 7 into one place and the others into another, at any alignment, in this order.
    ///
    /// # Safety
    /// Both point to 8 writable floats.
    #[inline(always)]
    unsafe fn store_halves(self, low: *mut f32, high: *mut f32, v: Self::V) {
        let array = self.to_array(v);
        // SAFETY: the caller's promise.
        unsafe {
            low.copy_from_nonoverlapping(array.as_ptr(), LANES / 2);
            high.copy_from_nonoverlapping(array[LANES / 2..].as_ptr(), LANES / 2);
        }
    }

    /// Asks for the cache line at `x`, wherever that is.
    fn prefetch(self, x: *const f32);

    /// The same, into the second cache only: for lines that the first has no room for yet.
    fn prefetch_far(self, x: *const f32);

    /// `a + b`
    fn add(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a - b`
    fn sub(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a b`
    fn mul(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a / b`
    fn div(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a b + c`, rounded once where the instruction set can.
    fn fma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V;
    /// `a` where `a > b`, else `b`; where `b` is not a number the result is not either.
    fn max(self, a: Self::V, b: Self::V) -> Self::V;
    /// `a` where `a < b`, else `b`; where `b` is not a number the result is not either.
    fn min(self, a: Self::V, b: Self::V) -> Self::V;
    /// The square root.
    fn sqrt(self, a: Self::V) -> Self::V;
    /// `2^n` for whole `n` from -126 to 127.
    fn pow2(self, n: Self::V) -> Self::V;

    /// `a > b`
    fn gt(self, a: Self::V, b: Self::V) -> Self::Mask;
    /// `yes` where the mask is set, else `no`.
    fn select(self, mask: Self::Mask, yes: Self::V, no: Self::V) -> Self::V;
    /// Lane i as bit i.
    fn bits(self, mask: Self::Mask) -> u16;
    /// Bit i as lane i.
    fn mask(self, bits: u16) -> Self::Mask;

    /// Lane j of vector i becomes lane i of vector j.
    #[inline(always)]
    fn transpose(self, rows: [Self::V; LANES]) -> [Self::V; LANES] {
        let rows = rows.map(|row| self.to_array(row));
        let mut columns = [[0.0; LANES]; LANES];
        for (i, row) in rows.iter().enumerate() {
            for (j, v) in row.iter().enumerate() {
                columns[j][i] = *v;
            }
        }
        columns.map(|column| self.load(&column))
    }

    /// Lanes 8 to 15, then lanes 0 to 7.
    #[inline(always)]
    fn swap(self, v: Self::V) -> Self::V {
        let array = self.to_array(v);
        self.load(&std::array::from_fn(|i| array[(i + LANES / 2) % LANES]))
    }

    /// The larger of two neighbours each, turned: lane i of vector j is that of lanes `2 j` and `2 j + 1` of row i, lane
    /// `8 + i` that of lanes `8 + 2 j` and `9 + 2 j`; as [`max`](Self::max) of the second and the first.
    #[inline(always)]
    fn turn_pairs(self, rows: [Self::V; 8]) -> [Self::V; 4] {
        let (mut whole, mut out) = ([self.zero(); LANES], [self.zero(); 4]);
        whole[..8].copy_from_slice(&rows);
        let columns = self.transpose(whole);
        for j in 0..4 {
            let low = self.max(columns[2 * j + 1], columns[2 * j]);
            let high = self.max(columns[2 * j + 9], columns[2 * j + 8]);
            out[j] = self.select(self.mask(0xff), low, self.swap(high));
        }
        out
    }

    /// The lanes as an array.
    #[inline(always)]
    fn to_array(self, v: Self::V) -> [f32; LANES] {
        let mut array = [0.0; LANES];
        self.store(&mut array, v);
        array
    }

    /// Float `i / W * W + channel` becomes lane i, where `W` is 4 or 8 and the channel less.
    ///
    /// # Safety
    /// `x` points to 16 readable floats.
    #[inline(always)]
    unsafe fn spread<const W: usize>(self, x: *const f32, channel: usize) -> Self::V {
        let mut array = [0.0; LANES];
        for (i, lane) in array.iter_mut().enumerate() {
            // SAFETY: it is one of the sixteen.
            *lane = unsafe { *x.add(i / W * W + channel) };
        }
        self.load(&array)
    }

    /// Zero in every lane.
    #[inline(always)]
    fn zero(self) -> Self::V {
        self.splat(0.0)
    }

    /// Sixteen floats from memory.
    #[inline(always)]
    fn load(self, x: &[f32; LANES]) -> Self::V {
        // SAFETY: the array has 16 floats.
        unsafe { self.load_from(x.as_ptr()) }
    }

    /// Sixteen floats into memory.
    #[inline(always)]
    fn store(self, x: &mut [f32; LANES], v: Self::V) {
        // SAFETY: the array has 16 floats.
        unsafe { self.store_to(x.as_mut_ptr(), v) }
    }

    /// The first 16 floats, zeros for those that are missing.
    #[inline(always)]
    fn load_part(self, x: &[f32]) -> Self::V {
        let mut array = [0.0; LANES];
        let n = x.len().min(LANES);
        array[..n].copy_from_slice(&x[..n]);
        self.load(&array)
    }

    /// As many lanes as there is room for.
    #[inline(always)]
    fn store_part(self, x: &mut [f32], v: Self::V) {
        let n = x.len().min(LANES);
        x[..n].copy_from_slice(&self.to_array(v)[..n]);
    }

    /// `c - a b`
    #[inline(always)]
    fn fnma(self, a: Self::V, b: Self::V, c: Self::V) -> Self::V {
        self.fma(self.sub(self.zero(), a), b, c)
    }

    /// The nearest whole number, for magnitudes below 2^22.
    #[inline(always)]
    fn round(self, a: Self::V) -> Self::V {
        let magic = self.splat(12_582_912.0);
        self.sub(self.add(a, magic), magic)
    }

    /// The sum of the lanes, in a fixed order.
    #[inline(always)]
    fn reduce_add(self, v: Self::V) -> f32 {
        let mut a = self.to_array(v);
        let mut n = LANES / 2;
        while n > 0 {
            for i in 0..n {
                a[i] += a[i + n];
            }
            n /= 2;
        }
        a[0]
    }

    /// The largest lane.
    #[inline(always)]
    fn reduce_max(self, v: Self::V) -> f32 {
        self.to_array(v).into_iter().fold(f32::NEG_INFINITY, f32::max)
    }

    /// Zero in the lanes from `n` on.
    #[inline(always)]
    fn first(self, n: usize, v: Self::V) -> Self::V {
        if n >= LANES { v } else { self.select(self.mask((1 << n) - 1), v, self.zero()) }
    }
}

/// Something to run with vectors. `run` must be `#[inline(always)]`.
pub trait Kernel {
    /// What it gives.
    type Output;
    /// Does the work.
    fn run<S: Simd>(self, s: S) -> Self::Output;
}

/// Runs the kernel on the instruction set in force: see [`Isa::current`].
#[inline]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    Isa::current().run(kernel)
}
