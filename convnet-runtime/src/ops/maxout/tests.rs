use super::*;
use crate::ops::testing::{Random, check_gradient, everywhere};

#[test]
fn reference_gradient() {
    let mut random = Random::new(1);
    let (x, dy) = (random.reals(60), random.reals(20));
    check_gradient(|x| reference::forward(3, 5, x), &x, &dy, &reference::backward(3, 5, &x, &dy));
}

#[test]
fn kernels_agree_with_reference() {
    everywhere(20, |bench| {
        let [units, k, h, w] = [40, 4, 3, 4].map(|n| bench.random.between(1, n));
        let (input, x) = bench.input(units * k, h, w);
        let x: Vec<f32> = x.into_iter().map(|x| (2.0 * x).round()).collect();
        let (output_gradient, dy) = bench.input(units, h, w);
        let output = bench.blocked(units, h, w);
        bench.fill(&input, &x);
        bench.fill(&output_gradient, &dy);
        let stage = Stage { input, output, k };
        forward(&stage, &mut bench.run());
        bench.check(&output, &reference::forward(k, h * w, &x), 0.0, true);
        let dx = reference::backward(k, h * w, &x, &dy);
        bench.check_backward(input.map, &dx, 0.0, |dx, run| backward(&stage, &output_gradient, dx, run));
    });
}
