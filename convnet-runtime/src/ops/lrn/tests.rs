use super::*;
use crate::ops::testing::{Random, check_gradient, everywhere};

fn rule(random: &mut Random, within: bool) -> Rule {
    let beta = [0.5, 0.75, 1.0, 0.6][random.below(4)];
    let n = if within { 2 * random.below(3) + 1 } else { 2 * random.below(20) + 1 };
    Rule { n, alpha: 0.7, beta, k: [1.0, 2.0][random.below(2)], within }
}

#[test]
fn reference_gradient() {
    let mut random = Random::new(1);
    for case in 0..20 {
        let geometry = reference::Geometry { volume: [7, 3, 4], rule: rule(&mut random, case % 2 == 1) };
        let (x, dy) = (random.reals(2 * 84), random.reals(2 * 84));
        let dx = reference::backward(&geometry, &x, &dy);
        check_gradient(|x| reference::forward(&geometry, x), &x, &dy, &dx);
    }
}

#[test]
fn kernels_agree_with_reference() {
    everywhere(40, |bench| {
        let [c, h, w] = [70, 5, 20].map(|n| bench.random.between(1, n));
        let within = bench.random.below(2) == 1;
        let rule = rule(&mut bench.random, within);
        let (input, x) = bench.input(c, h, w);
        let (output_gradient, dy) = bench.input(c, h, w);
        let output = bench.blocked(c, h, w);
        bench.fill(&input, &x);
        bench.fill(&output_gradient, &dy);
        let stage = Stage { input, output, rule };
        let geometry = reference::Geometry { volume: [c, h, w], rule };
        forward(&stage, &mut bench.run());
        bench.check(&output, &reference::forward(&geometry, &x), 1e-6, true);
        let dx = reference::backward(&geometry, &x, &dy);
        bench.check_backward(input.map, &dx, 4e-6, |dx, run| backward(&stage, &output_gradient, dx, run));
    });
}
