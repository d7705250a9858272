use super::*;
use crate::ops::testing::{Random, check_close, check_gradient, everywhere};

#[test]
fn reference_gradient() {
    let mut random = Random::new(1);
    for (factor, bilinear) in [([2, 2], false), ([3, 1], false), ([2, 2], true), ([3, 4], true)] {
        let (x, dy) = (random.reals(24), random.reals(24 * factor[0] * factor[1]));
        let dx = reference::backward([4, 3], factor, bilinear, &dy);
        check_gradient(|x| reference::forward([4, 3], factor, bilinear, x), &x, &dy, &dx);
    }
}

/// `torch.nn.functional.interpolate(torch.tensor([[[[1., 2.], [3., 4.]]]]), scale_factor=2, mode="bilinear")`
#[test]
fn bilinear_as_pytorch() {
    let expected = [1.0, 1.25, 1.75, 2.0, 1.5, 1.75, 2.25, 2.5, 2.5, 2.75, 3.25, 3.5, 3.0, 3.25, 3.75, 4.0];
    check_close(&reference::forward([2, 2], [2, 2], true, &[1.0, 2.0, 3.0, 4.0]), &expected, 0.0);
}

#[test]
fn kernels_agree_with_reference() {
    everywhere(40, |bench| {
        let [c, h, w] = [40, 5, 6].map(|n| bench.random.between(1, n));
        let factor = [0; 2].map(|_| bench.random.between(1, 5));
        let bilinear = bench.random.below(2) == 1;
        let (input, x) = bench.input(c, h, w);
        let (output_gradient, dy) = bench.input(c, h * factor[0], w * factor[1]);
        let output = bench.blocked(c, h * factor[0], w * factor[1]);
        bench.fill(&input, &x);
        bench.fill(&output_gradient, &dy);
        let stage = Stage { input, output, factor, bilinear };
        forward(&stage, &mut bench.run());
        bench.check(&output, &reference::forward([h, w], factor, bilinear, &x), 1e-6, true);
        let dx = reference::backward([h, w], factor, bilinear, &dy);
        bench.check_backward(input.map, &dx, 2e-6, |dx, run| backward(&stage, &output_gradient, dx, run));
    });
}
