use super::*;
use crate::ops::activation::Activation;
use crate::ops::testing::{Random, check_gradient, everywhere};

#[test]
fn reference_gradient() {
    let mut random = Random::new(1);
    let (x, other, dy) = (random.reals(30), random.reals(30), random.reals(30));
    let f = |x: &[f64]| reference::forward(&[x, &other], Activation::Tanh);
    check_gradient(f, &x, &dy, &reference::backward(Activation::Tanh, &f(&x), &dy));
}

#[test]
fn kernels_agree_with_reference() {
    everywhere(20, |bench| {
        let [c, h, w] = [40, 5, 6].map(|n| bench.random.between(1, n));
        let terms: Vec<_> = (0..bench.random.between(2, 4)).map(|_| bench.input(c, h, w)).collect();
        let activation = [Activation::Identity, Activation::Relu, Activation::Sigmoid][bench.random.below(3)];
        let (output_gradient, dy) = bench.input(c, h, w);
        let output = bench.blocked(c, h, w);
        for (input, x) in &terms {
            bench.fill(input, x);
        }
        bench.fill(&output_gradient, &dy);
        let inputs = terms.iter().map(|&(input, _)| input).collect::<Vec<_>>().leak();
        let stage = Stage { inputs, output, activation };
        forward(&stage, &mut bench.run());
        let values: Vec<&[f32]> = terms.iter().map(|(_, x)| x.as_slice()).collect();
        let y = reference::forward(&values, activation);
        bench.check(&output, &y, 1e-6, true);
        let dx = reference::backward(activation, &y, &dy);
        bench.check_backward(output.map, &dx, 2e-6, |&dx, run| {
            let input_gradients = vec![dx].leak();
            backward(&Backward { stage, output_gradient, input_gradients }, run);
        });
    });
}
