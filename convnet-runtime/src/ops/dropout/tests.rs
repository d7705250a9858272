use super::*;
use crate::ops::testing::{Random, check_gradient, everywhere};

#[test]
fn reference_gradient() {
    let mut random = Random::new(1);
    let mask = Mask::new(3, 4, 0.4);
    let (x, dy) = (random.reals(60), random.reals(60));
    check_gradient(|x| reference::forward(&mask, x), &x, &dy, &reference::forward(&mask, &dy));
}

#[test]
fn kernels_agree_with_reference() {
    everywhere(20, |bench| {
        let [c, h, w] = [40, 5, 6].map(|n| bench.random.between(1, n));
        let p = [0.0, 0.3, 0.5, 0.9][bench.random.below(4)];
        let (input, x) = bench.input(c, h, w);
        let (output_gradient, dy) = bench.input(c, h, w);
        let output = bench.blocked(c, h, w);
        bench.fill(&input, &x);
        bench.fill(&output_gradient, &dy);
        let stage = Stage { input, output, p, layer: 5 };
        let mask = Mask::new(bench.run().seed, 5, p);
        forward_train(&stage, &mut bench.run());
        bench.check(&output, &reference::forward(&mask, &x), 1e-6, true);
        let dx = reference::forward(&mask, &dy);
        bench.check_backward(input.map, &dx, 1e-6, |dx, run| backward(&stage, &output_gradient, dx, run));
    });
}

#[test]
fn masks_look_random() {
    let count = 1_000_000;
    let survivors = |mask: Mask| (0..count).filter(|&i| mask.survives(i)).count() as f64 / f64::from(count as u32);
    for p in [0.1, 0.5, 0.8] {
        let share = survivors(Mask::new(1, 1, p));
        assert!((share - 1.0 + f64::from(p)).abs() < 0.003, "{share} of the elements survive p = {p}");
    }
    // Neighbours, layers and passes are independent: a quarter survives in both.
    let half = |seed, layer| Mask::new(seed, layer, 0.5);
    for (a, b, shift) in [(half(1, 1), half(1, 1), 1), (half(1, 1), half(1, 2), 0), (half(1, 1), half(2, 1), 0)] {
        let both =
            (0..count).filter(|&i| a.survives(i) && b.survives(i + shift)).count() as f64 / f64::from(count as u32);
        assert!((both - 0.25).abs() < 0.003, "{both} of the elements survive twice");
    }
    assert_eq!(survivors(Mask::new(1, 1, 0.0)).to_bits(), 1.0_f64.to_bits());
}
