use super::*;
use crate::ops::testing::everywhere;

/// In NCHW order nothing moves.
#[test]
fn order_is_channels_height_width() {
    everywhere(20, |bench| {
        let [c, h, w] = [40, 5, 6].map(|n| bench.random.between(1, n));
        let (input, x) = bench.input(c, h, w);
        let (output_gradient, dy) = bench.input(c * h * w, 1, 1);
        let output = bench.blocked(c * h * w, 1, 1);
        bench.fill(&input, &x);
        bench.fill(&output_gradient, &dy);
        let stage = Stage { input, output };
        forward(&stage, &mut bench.run());
        bench.check(&output, &x, 0.0, true);
        bench.check_backward(input.map, &dy, 0.0, |dx, run| backward(&stage, &output_gradient, dx, run));
    });
}
