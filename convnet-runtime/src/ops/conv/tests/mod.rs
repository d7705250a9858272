//! Random stages on every instruction set of this machine, against the reference in `f64`.

mod backward;
mod case;
mod forward;
mod strassen;
mod winograd;

use crate::cpu::simd::Isa;

/// Instruction sets to test.
fn sets() -> impl Iterator<Item = Isa> {
    Isa::ALL.into_iter().filter(|isa| isa.available())
}

/// Small random numbers.
pub struct Random(pub u64);

impl Random {
    /// From 0 to n - 1.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n
    }

    /// From a to b.
    pub fn range(&mut self, a: usize, b: usize) -> usize {
        a + self.below(b - a + 1)
    }

    /// Once in n times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// Between -1 and 1.
    pub fn values(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.below(2001) as f32 / 1000.0 - 1.0).collect()
    }
}

/// What rounding may do to sums of so many terms.
fn tolerance(terms: usize) -> f64 {
    1e-7 * (20.0 + (terms as f64).sqrt())
}

/// Values agree as far as rounding allows.
fn assert_near(what: &str, values: &[f32], exact: &[f64], tolerance: f64) {
    assert_eq!(values.len(), exact.len(), "{what}");
    let scale = exact.iter().fold(1.0_f64, |m, e| m.max(e.abs()));
    for (i, (v, e)) in values.iter().zip(exact).enumerate() {
        assert!((f64::from(*v) - e).abs() <= tolerance * scale, "{what}: value {i} is {v}, should be {e}");
    }
}
