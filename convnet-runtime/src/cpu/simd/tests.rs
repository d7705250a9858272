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
