//! Random numbers that are the same on every machine: `SplitMix64` (Steele, Lea & Flood 2014), addressed by a counter.

/// A sequence of random numbers that its seed names.
#[derive(Clone, Debug)]
pub struct Random {
    seed: u64,
    index: u64,
}

impl Random {
    /// The sequence `stream` of those that `seed` names. Sequences of different seeds or streams have nothing in common.
    pub const fn new(seed: u64, stream: u64) -> Self {
        Self { seed: mix(mix(seed ^ 0x5bf0_3635_d1a2_2d4b).wrapping_add(stream)), index: 0 }
    }

    /// 64 random bits.
    pub const fn bits(&mut self) -> u64 {
        self.index += 1;
        mix(self.seed.wrapping_add(self.index.wrapping_mul(GOLDEN)))
    }

    /// Uniform in 0 .. 1, of 24 bits.
    pub fn uniform(&mut self) -> f32 {
        (self.bits() >> 40) as f32 / 16_777_216.0
    }

    /// Mean 0, variance 1: the sum of eight uniform numbers, which is near to a Gaussian, never beyond 4.9, and needs no
    /// function that differs from machine to machine.
    pub fn normal(&mut self) -> f32 {
        let sum = |bits: u64| (0..4).map(|i| bits >> (16 * i) & 0xffff).sum::<u64>();
        let sum = sum(self.bits()) + sum(self.bits());
        // Each of the eight is uniform on 0 ..= 65535: mean 32767.5, variance (65536^2 - 1) / 12.
        ((sum as f64 - 8.0 * 32767.5) / (8.0 * 357_913_941.25f64).sqrt()) as f32
    }

    /// Uniform among `0..n`; 0 if `n` is 0.
    pub const fn below(&mut self, n: usize) -> usize {
        ((self.bits() as u128 * n as u128) >> 64) as usize
    }

    /// A random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// The step of the counter of `SplitMix64`.
pub(crate) const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// Its output function.
#[inline(always)]
pub(crate) const fn mix(z: u64) -> u64 {
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_everywhere() {
        let mut random = Random::new(1, 2);
        let bits: Vec<u64> = (0..3).map(|_| random.bits()).collect();
        assert_eq!(bits, [0x69ba_ce10_dabf_d25a, 0x3e5d_84a2_0af0_5dda, 0x5e8d_31cd_75e3_4b4f]);
    }

    #[test]
    fn moments() {
        let mut random = Random::new(7, 0);
        let n = 100_000;
        let (mut mean, mut square, mut uniform) = (0.0, 0.0, 0.0);
        for _ in 0..n {
            let x = f64::from(random.normal());
            mean += x / f64::from(n);
            square += x * x / f64::from(n);
            uniform += f64::from(random.uniform()) / f64::from(n);
        }
        assert!(
            mean.abs() < 0.02 && (square - 1.0).abs() < 0.02 && (uniform - 0.5).abs() < 0.01,
            "{mean} {square} {uniform}"
        );
    }

    #[test]
    fn a_shuffle_keeps_everything() {
        let mut items: Vec<usize> = (0..100).collect();
        Random::new(3, 0).shuffle(&mut items);
        assert_ne!(items, (0..100).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<_>>());
        assert_eq!(Random::new(3, 0).below(0), 0);
    }
}
