use super::*;
use crate::ops::testing::{Random, check_gradient, everywhere};

#[test]
fn reference_gradient() {
    let mut random = Random::new(1);
    let (x, dy) = (random.reals(30), random.reals(3));
    check_gradient(|x| reference::forward(10, x), &x, &dy, &reference::backward(10, &dy));
}

#[test]
fn kernels_agree_with_reference() {
    everywhere(20, |bench| {
        let [c, h, w] = [40, 9, 9].map(|n| bench.random.between(1, n));
        let (input, x) = bench.input(c, h, w);
        let (output_gradient, dy) = bench.input(c, 1, 1);
        let output = bench.blocked(c, 1, 1);
        bench.fill(&input, &x);
        bench.fill(&output_gradient, &dy);
        let stage = Stage { input, output };
        forward(&stage, &mut bench.run());
        bench.check(&output, &reference::forward(h * w, &x), 1e-6, true);
        let dx = reference::backward(h * w, &dy);
        bench.check_backward(input.map, &dx, 1e-6, |dx, run| backward(&stage, &output_gradient, dx, run));
    });
}
