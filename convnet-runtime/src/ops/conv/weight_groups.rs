//! The gradient of packed weights in groups, whose blocks hold channels and filters that do not belong together.

use super::Geometry;
use super::span::Span;
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;

/// The first rows of each tap become those of all groups: lane k's are for the channels of its own.
#[inline(always)]
pub fn spread<S: Simd>(s: S, width: usize, weights: &mut [f32]) {
    for tap in weights.as_chunks_mut::<{ LANES * LANES }>().0 {
        let (rows, _) = tap.as_chunks_mut::<LANES>();
        // From the last on: the first ones are read until then.
        for row in (0..LANES).rev() {
            let group = row / width * width;
            let own = s.mask((((1_u32 << width) - 1) << group) as u16);
            let v = s.load(&rows[row % width]);
            s.store(&mut rows[row], s.select(own, v, s.zero()));
        }
    }
}

/// The reverse of `spread`.
#[inline(always)]
pub fn condense<S: Simd>(s: S, width: usize, weights: &mut [f32]) {
    for tap in weights.as_chunks_mut::<{ LANES * LANES }>().0 {
        let (rows, _) = tap.as_chunks_mut::<LANES>();
        for first in 0..width {
            let mut v = s.load(&rows[first]);
            for row in (first + width..LANES).step_by(width) {
                v = s.add(v, s.load(&rows[row]));
            }
            s.store(&mut rows[first], v);
        }
    }
}

/// Zero where filter and channel belong to different groups.
#[inline(always)]
pub fn mask<S: Simd>(s: S, geometry: &Geometry, block: usize, from: usize, weights: &mut [f32]) {
    let square = geometry.kernel[0] * geometry.kernel[1] * LANES * LANES;
    let span = Span::transposed(geometry);
    for (i, square) in weights.chunks_exact_mut(square).enumerate() {
        for lane in 0..LANES {
            let channel = (from + i) * LANES + lane;
            let filters = if channel < geometry.input[2] { span.group(channel) } else { 0..0 };
            let [start, end] = [filters.start, filters.end].map(|k| k.saturating_sub(block * LANES).min(LANES));
            let bits = ((1_u32 << end) - 1) & !((1_u32 << start) - 1);
            if bits == 0xffff {
                continue;
            }
            let own = s.mask(bits as u16);
            for tap in square.as_chunks_mut::<{ LANES * LANES }>().0 {
                let row = &mut tap.as_chunks_mut::<LANES>().0[lane];
                s.store(row, s.select(own, s.load(row), s.zero()));
            }
        }
    }
}
