use super::*;
use crate::cpu::map::Layout;
use crate::ops::testing::everywhere;

#[test]
fn values_arrive_in_any_layout() {
    everywhere(40, |bench| {
        let [c, h, w] = [40, 5, 6].map(|n| bench.random.between(1, n));
        let [from, to] = [0; 2].map(|_| [Layout::Planar, Layout::Blocked][bench.random.below(2)]);
        let values = bench.random.floats(bench.batch() * c * h * w);
        let [input, output_gradient] = [0; 2].map(|_| bench.buffer(c, h, w, from));
        let output = bench.buffer(c, h, w, to);
        bench.fill(&input, &values);
        bench.fill(&output_gradient, &values);
        let stage = Stage { input, output };
        forward(&stage, &mut bench.run());
        bench.check(&output, &values, 0.0, true);
        bench.check_backward(input.map, &values, 0.0, |dx, run| backward(&stage, &output_gradient, dx, run));
    });
}
