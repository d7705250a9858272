use super::*;
use crate::ops::testing::{check_close, everywhere};

#[test]
fn kernels_agree_with_reference() {
    everywhere(20, |bench| {
        let [c, h, w] = [70, 3, 4].map(|n| bench.random.between(1, n));
        let (input, x) = bench.input(c, h, w);
        let x: Vec<f32> = x.into_iter().map(|x| 100.0 * x).collect();
        let output = bench.blocked(c, h, w);
        bench.fill(&input, &x);
        forward(&Stage { input, output }, &mut bench.run());
        bench.check(&output, &reference::forward(c, h * w, &x), 2e-6, true);
    });
}

#[test]
fn large_logits_do_not_overflow() {
    check_close(&reference::forward(2, 1, &[1000.0_f32, 1000.0]), &[0.5, 0.5], 0.0);
}
