use super::*;
use crate::ops::testing::{Random, check_gradient, everywhere};

#[test]
fn reference_gradient() {
    let mut random = Random::new(1);
    let (x, dy) = (random.reals(20), random.reals(34));
    check_gradient(|x| reference::forward(10, 3, 4, x), &x, &dy, &reference::backward(10, 3, 4, &dy));
}

#[test]
fn kernels_agree_with_reference() {
    everywhere(20, |bench| {
        let [c, h, w] = [40, 5, 6].map(|n| bench.random.between(1, n));
        let (before, after) = (bench.random.below(36), bench.random.below(36));
        let (input, x) = bench.input(c, h, w);
        let (output_gradient, dy) = bench.input(before + c + after, h, w);
        let output = bench.blocked(before + c + after, h, w);
        bench.fill(&input, &x);
        bench.fill(&output_gradient, &dy);
        let stage = Stage { input, output, before };
        let (len, before, after) = (c * h * w, before * h * w, after * h * w);
        forward(&stage, &mut bench.run());
        bench.check(&output, &reference::forward(len, before, after, &x), 0.0, true);
        let dx = reference::backward(len, before, after, &dy);
        bench.check_backward(input.map, &dx, 0.0, |dx, run| backward(&stage, &output_gradient, dx, run));
    });
}
