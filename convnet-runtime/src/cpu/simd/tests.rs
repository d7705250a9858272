#![allow(clippy::float_cmp)]

use super::*;

struct Operations([f32; LANES], [f32; LANES], [f32; LANES]);

impl Kernel for Operations {
    type Output = Vec<[f32; LANES]>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Self::Output {
        let [a, b, c] = [s.load(&self.0), s.load(&self.1), s.load(&self.2)];
        let mask = s.gt(a, b);
        assert_eq!(s.bits(s.mask(0x5a3c)), 0x5a3c);
        let mut part = [7.0; 5];
        s.store_part(&mut part, a);
        [
            s.add(a, b),
            s.sub(a, b),
            s.mul(a, b),
            s.div(a, b),
            s.max(a, b),
            s.min(a, b),
            s.sqrt(s.mul(a, a)),
            s.select(mask, a, c),
            s.select(s.mask(s.bits(mask)), a, c),
            s.pow2(s.round(a)),
            s.first(3, a),
            s.first(16, a),
            s.load_part(&part),
            s.splat(s.reduce_add(s.round(c))),
            s.splat(s.reduce_max(c)),
            // Products of small whole numbers are exact, so that fused or not does not matter.
            s.fma(s.round(a), s.round(b), c),
            s.fnma(s.round(a), s.round(b), s.round(c)),
        ]
        .map(|v| s.to_array(v))
        .to_vec()
    }
}

#[test]
fn all_instruction_sets_agree() {
    let numbers = |seed: i32| std::array::from_fn(|i| ((i as i32 * 37 + seed * 61) % 101 - 50) as f32 * 0.25 + 0.125);
    let (a, b, c) = (numbers(1), numbers(2), numbers(3));
    let expected = Isa::Portable.run(Operations(a, b, c));
    assert_eq!(expected[9][0], a[0].round_ties_even().exp2());
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        assert_eq!(isa.scope(|| dispatch(Operations(a, b, c))), expected, "{isa:?}");
    }
}

struct Spread([f32; LANES]);

impl Kernel for Spread {
    type Output = Vec<[f32; LANES]>;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Self::Output {
        let x = self.0.as_ptr();
        // SAFETY: the array has sixteen floats.
        let [four, eight] =
            unsafe { [[0, 1, 2, 3].map(|c| s.spread::<4>(x, c)), [0, 3, 4, 7].map(|c| s.spread::<8>(x, c))] };
        four.into_iter().chain(eight).map(|v| s.to_array(v)).collect()
    }
}

#[test]
fn lanes_see_a_channel_of_their_group() {
    let x = std::array::from_fn(|i| i as f32);
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        let spread = isa.run(Spread(x));
        for (j, (width, channel)) in
            [(4, 0), (4, 1), (4, 2), (4, 3), (8, 0), (8, 3), (8, 4), (8, 7)].into_iter().enumerate()
        {
            assert_eq!(spread[j], std::array::from_fn(|i| (i / width * width + channel) as f32), "{isa:?}");
        }
    }
}

struct TwoPlaces([f32; 24]);

impl Kernel for TwoPlaces {
    type Output = [f32; LANES];

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Self::Output {
        // SAFETY: eight floats from 15 on and from 2 on.
        s.to_array(unsafe { s.load_halves(self.0[15..].as_ptr(), self.0[2..].as_ptr()) })
    }
}

struct IntoTwoPlaces([f32; 24]);

impl Kernel for IntoTwoPlaces {
    type Output = [f32; 24];

    #[inline(always)]
    fn run<S: Simd>(mut self, s: S) -> Self::Output {
        let v = s.load(&std::array::from_fn(|i| 100.0 + i as f32));
        let to = self.0.as_mut_ptr();
        // SAFETY: eight floats from 3 on and from 9 on, which is among them.
        unsafe { s.store_halves(to.add(3), to.add(9), v) };
        self.0
    }
}

#[test]
fn eight_floats_each_into_two_places() {
    let expected = std::array::from_fn(|i| match i {
        3..9 => 97.0 + i as f32,
        9..17 => 99.0 + i as f32,
        _ => i as f32,
    });
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        assert_eq!(isa.run(IntoTwoPlaces(std::array::from_fn(|i| i as f32))), expected, "{isa:?}");
    }
}

#[test]
fn eight_floats_each_from_two_places() {
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        let v = isa.run(TwoPlaces(std::array::from_fn(|i| i as f32)));
        assert_eq!(v, std::array::from_fn(|i| (if i < 8 { 15 + i } else { i - 6 }) as f32), "{isa:?}");
    }
}

struct Maximum;

impl Kernel for Maximum {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> f32 {
        s.to_array(s.max(s.zero(), s.splat(f32::NAN)))[0]
    }
}

#[test]
fn not_a_number_survives_a_maximum() {
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        assert!(isa.run(Maximum).is_nan(), "{isa:?}");
    }
}

#[test]
fn a_wish_that_cannot_be_met_falls_back() {
    let best = Isa::choose(None);
    assert_eq!(Isa::choose(Some("portable")), Isa::Portable);
    assert_eq!(Isa::choose(Some("mmx")), best);
    let missing = if cfg!(target_arch = "x86_64") { "neon" } else { "avx2" };
    assert_eq!(Isa::choose(Some(missing)), best);
}

#[test]
fn a_scope_ends() {
    let before = Isa::current();
    Isa::Portable.scope(|| assert_eq!(Isa::current(), Isa::Portable));
    assert_eq!(Isa::current(), before);
}

struct Transposed;

impl Kernel for Transposed {
    type Output = [[f32; LANES]; LANES];

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Self::Output {
        let rows: [[f32; LANES]; LANES] = std::array::from_fn(|i| std::array::from_fn(|j| (16 * i + j) as f32));
        s.transpose(rows.map(|row| s.load(&row))).map(|column| s.to_array(column))
    }
}

#[test]
fn rows_become_columns() {
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        for (j, column) in isa.run(Transposed).iter().enumerate() {
            for (i, v) in column.iter().enumerate() {
                assert_eq!(*v, (16 * i + j) as f32, "{isa:?}");
            }
        }
    }
}

struct Swapped;

impl Kernel for Swapped {
    type Output = [f32; LANES];

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Self::Output {
        s.to_array(s.swap(s.load(&std::array::from_fn(|i| i as f32))))
    }
}

#[test]
fn halves_change_places() {
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        let expected: [f32; LANES] = std::array::from_fn(|i| ((i + 8) % 16) as f32);
        assert_eq!(isa.run(Swapped), expected, "{isa:?}");
    }
}

struct Pairs;

impl Kernel for Pairs {
    type Output = [[f32; LANES]; 4];

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Self::Output {
        s.turn_pairs(std::array::from_fn(|i| s.load(&std::array::from_fn(|lane| paired(i, lane)))))
            .map(|v| s.to_array(v))
    }
}

fn paired(row: usize, lane: usize) -> f32 {
    (row * 16 + (lane * 5 + row) % 16) as f32
}

#[test]
fn larger_ones_of_pairs_are_turned() {
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        for (j, v) in isa.run(Pairs).iter().enumerate() {
            for (lane, v) in v.iter().enumerate() {
                let (row, left) = (lane % 8, lane / 8 * 8 + 2 * j);
                assert_eq!(*v, paired(row, left).max(paired(row, left + 1)), "{isa:?}, {j}, {lane}");
            }
        }
    }
}

struct Halves(u16);

impl Kernel for Halves {
    type Output = ([f32; LANES], [u16; LANES]);

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> Self::Output {
        let halves: [u16; LANES] = std::array::from_fn(|i| self.0 + i as u16);
        let mut back = [0; LANES];
        // SAFETY: both arrays have 16 halves.
        unsafe {
            let v = s.load_half(halves.as_ptr());
            s.store_half(back.as_mut_ptr(), v);
            (s.to_array(v), back)
        }
    }
}

/// The value of a half, from its definition.
fn value(half: u16) -> f64 {
    let sign = if half >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(half >> 10 & 31), f64::from(half & 1023));
    sign * match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    }
}

#[test]
fn all_halves_come_and_go() {
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        for first in (0..=u16::MAX).step_by(LANES) {
            // Denormals are flushed inside kernels; halves must not be.
            let (floats, back) = crate::cpu::threads::flushed(|| isa.run(Halves(first)));
            for (half, (float, back)) in (first..=u16::MAX).zip(floats.into_iter().zip(back)) {
                let expected = value(half);
                if expected.is_nan() {
                    assert!(float.is_nan() && value(back).is_nan(), "{isa:?} {half:#x}");
                } else {
                    assert_eq!(f64::from(float).to_bits(), expected.to_bits(), "{isa:?} {half:#x}");
                    assert_eq!(back, half, "{isa:?} {half:#x}");
                }
            }
        }
    }
}

struct Narrow([f32; LANES]);

impl Kernel for Narrow {
    type Output = [u16; LANES];

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> [u16; LANES] {
        let mut halves = [0; LANES];
        // SAFETY: the array has 16 halves.
        unsafe { s.store_half(halves.as_mut_ptr(), s.load(&self.0)) };
        halves
    }
}

#[test]
fn halves_are_the_nearest() {
    let next = |x: f32| f32::from_bits(x.to_bits() + 1);
    for isa in Isa::ALL.into_iter().filter(|isa| isa.available()) {
        // Between each half and the next: just below the middle, the middle, just above it.
        for half in 0..0x7bff_u16 {
            let middle = f64::midpoint(value(half), value(half + 1)) as f32;
            let below = f32::from_bits(middle.to_bits() - 1);
            let even = half + half % 2;
            let mut x = [0.0; LANES];
            x[..6].copy_from_slice(&[below, middle, next(middle), -below, -middle, -next(middle)]);
            let expected = [half, even, half + 1].map(|half| [half, half | 0x8000]);
            let found = crate::cpu::threads::flushed(|| isa.run(Narrow(x)));
            for i in 0..3 {
                assert_eq!([found[i], found[i + 3]], expected[i], "{isa:?} {half:#x} {i}");
            }
        }
        let ends = [65519.996, 65520.0, f32::INFINITY, f32::MIN_POSITIVE, 1e-45, 2.0_f32.powi(-25), -0.0];
        let mut x = [0.0; LANES];
        x[..7].copy_from_slice(&ends);
        assert_eq!(isa.run(Narrow(x))[..7], [0x7bff, 0x7c00, 0x7c00, 0, 0, 0, 0x8000], "{isa:?}");
    }
}
