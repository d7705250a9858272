use super::*;
use crate::ops::testing::{Random, check_close, check_gradient, everywhere};

const ALL: [Activation; 7] = [
    Activation::Identity,
    Activation::Relu,
    Activation::LeakyRelu(0.1),
    Activation::Elu(1.3),
    Activation::Sigmoid,
    Activation::Tanh,
    Activation::ClippedRelu(0.5),
];

/// Nothing near the kinks at 0 and 0.5.
fn smooth(random: &mut Random, len: usize) -> Vec<f64> {
    random.reals(len).into_iter().map(|x| 2.0 * x).map(|x| if (x % 0.5).abs() < 0.01 { x + 0.02 } else { x }).collect()
}

#[test]
fn reference_gradient() {
    let mut random = Random::new(1);
    for activation in ALL {
        let (x, dy) = (smooth(&mut random, 50), random.reals(50));
        let y = reference::forward(activation, &x);
        let dx = reference::backward(activation, &y, &dy);
        check_gradient(|x| reference::forward(activation, x), &x, &dy, &dx);
    }
}

#[test]
fn kernels_agree_with_reference() {
    everywhere(20, |bench| {
        let [c, h, w] = [40, 6, 7].map(|n| bench.random.between(1, n));
        let activation = ALL[bench.random.below(ALL.len())];
        let (input, x) = bench.input(c, h, w);
        let (output_gradient, dy) = bench.input(c, h, w);
        let output = bench.blocked(c, h, w);
        let x: Vec<f32> = x.into_iter().map(|x| 4.0 * x).collect();
        bench.fill(&input, &x);
        bench.fill(&output_gradient, &dy);
        let stage = Stage { input, output, activation };
        forward(&stage, &mut bench.run());
        let y = reference::forward(activation, &x);
        bench.check(&output, &y, 1e-6, true);
        let dx = reference::backward(activation, &y, &dy);
        bench.check_backward(input.map, &dx, 2e-6, |dx, run| backward(&stage, &output_gradient, dx, run));
    });
}

#[test]
fn what_is_no_number_stays_none() {
    for activation in ALL {
        assert!(reference::apply(activation, f32::NAN).is_nan(), "{activation:?}");
    }
    check_close(&[reference::apply(Activation::ClippedRelu(20.0), 25.0)], &[20.0], 0.0);
}
