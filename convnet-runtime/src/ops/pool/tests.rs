use super::*;
use crate::ops::testing::{Bench, check_gradient, everywhere};

/// A random pool over a volume of some height and width; the last window may begin anywhere inside.
fn geometry(bench: &mut Bench) -> reference::Geometry {
    let kernel = [0; 2].map(|_| bench.random.between(1, 4));
    let stride = [0; 2].map(|_| bench.random.between(1, 3));
    let pad: [usize; 4] = std::array::from_fn(|side| bench.random.between(0, kernel[side % 2] / 2));
    let input = std::array::from_fn(|axis| bench.random.between(kernel[axis], 9));
    let output = std::array::from_fn(|axis| {
        let inside = input[axis] + pad[axis] + pad[axis + 2] - kernel[axis];
        let floor = inside / stride[axis] + 1;
        let more = bench.random.below(2);
        if (floor - 1 + more) * stride[axis] < input[axis] + pad[axis] { floor + more } else { floor }
    });
    let kind = [Kind::Max, Kind::Average][bench.random.below(2)];
    reference::Geometry { kind, input, output, kernel, stride, pad }
}

#[test]
fn windows_are_clipped() {
    // Caffe's pool3/2 over 32 values, rounded up: the last window has lost a third.
    assert_eq!(Window::new(15, 3, 2, 0, 0, 32), Window { first: 30, last: 32, count: 2 });
    // Padding counts for an average, what lies behind it does not.
    assert_eq!(Window::new(0, 3, 2, 1, 1, 4), Window { first: 0, last: 2, count: 3 });
    assert_eq!(Window::new(2, 3, 2, 1, 1, 4), Window { first: 3, last: 4, count: 2 });
}

#[test]
fn reference_gradient() {
    for seed in 0..30 {
        let mut bench = Bench::new(seed);
        let geometry = geometry(&mut bench);
        let [h, w] = geometry.input;
        let x = bench.random.reals(2 * h * w);
        let dy = bench.random.reals(2 * geometry.output[0] * geometry.output[1]);
        let dx = reference::backward(&geometry, &x, &dy);
        check_gradient(|x| reference::forward(&geometry, x), &x, &dy, &dx);
    }
}

#[test]
fn kernels_agree_with_reference() {
    everywhere(60, |bench| {
        let geometry = geometry(bench);
        let reference::Geometry { kind, input: [h, w], output: [oh, ow], kernel, stride, pad } = geometry;
        let c = bench.random.between(1, 40);
        let (input, x) = bench.input(c, h, w);
        // Coarse values: many are equal, so that it matters which of them wins.
        let x: Vec<f32> = x.into_iter().map(|x| (2.0 * x).round()).collect();
        let (output_gradient, dy) = bench.input(c, oh, ow);
        let output = bench.blocked(c, oh, ow);
        bench.fill(&input, &x);
        bench.fill(&output_gradient, &dy);
        let stage = Stage { input, output, kind, kernel, stride, pad };
        forward(&stage, &mut bench.run());
        bench.check(&output, &reference::forward(&geometry, &x), 1e-6, true);
        let dx = reference::backward(&geometry, &x, &dy);
        bench.check_backward(input.map, &dx, 1e-6, |dx, run| backward(&stage, &output_gradient, dx, run));
    });
}
