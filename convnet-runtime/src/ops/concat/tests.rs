use super::*;
use crate::cpu::map::{LANES, Map};
use crate::ops::testing::{Bench, Random, check_gradient, everywhere};

#[test]
fn reference_gradient() {
    let mut random = Random::new(1);
    let (x, other, dy) = (random.reals(20), random.reals(8), random.reals(28));
    let f = |x: &[f64]| reference::forward(&[(4, &other), (10, x)]);
    check_gradient(f, &x, &dy, &reference::backward(14, 4, 10, &dy));
}

/// Buffers of some depths one behind the other in `whole`, where they may lie: those that begin and end with a block.
fn parts(bench: &mut Bench, whole: &Buffer, depths: &[usize]) -> Vec<Buffer> {
    let mut first = 0;
    let part = |&channels: &usize| {
        let Map { height, width, .. } = whole.map;
        let start = first;
        first += channels;
        let aligned = start % LANES == 0 && (first % LANES == 0 || first == whole.map.channels);
        if aligned && bench.random.below(2) == 1 {
            let first = whole.map.first + start / LANES;
            Buffer { offset: whole.offset, map: Map { channels, first, ..whole.map } }
        } else {
            bench.blocked(channels, height, width)
        }
    };
    depths.iter().map(part).collect()
}

#[test]
fn kernels_agree_with_reference() {
    everywhere(60, |bench| {
        let [h, w] = [0; 2].map(|_| bench.random.between(1, 5));
        let count = bench.random.between(1, 4);
        let depths: Vec<usize> =
            (0..count).map(|_| bench.random.between(1, 3) * [1, 7, 16, 16][bench.random.below(4)]).collect();
        let depth: usize = depths.iter().sum();
        let values: Vec<Vec<f32>> = depths.iter().map(|c| bench.random.floats(bench.batch() * c * h * w)).collect();

        let output = bench.blocked(depth, h, w);
        let inputs = parts(bench, &output, &depths);
        for (input, x) in inputs.iter().zip(&values) {
            let run = &mut bench.run();
            crate::cpu::exchange::load(x, input, run);
        }
        let stage = Stage { inputs: inputs.leak(), output };
        forward(&stage, &mut bench.run());
        let references: Vec<(usize, &[f32])> =
            depths.iter().zip(&values).map(|(c, x)| (c * h * w, x.as_slice())).collect();
        let y = reference::forward(&references);
        bench.check(&output, &y, 0.0, true);

        // The output serves as its own gradient.
        let mut first = 0;
        for (&c, x) in depths.iter().zip(&values) {
            bench.check_backward(Map { channels: c, ..output.map }, x, 0.0, |&gradient, run| {
                let input_gradients = vec![(first, gradient)].leak();
                backward(&Backward { output_gradient: output, input_gradients }, run);
            });
            assert_eq!(*x, reference::backward(depth * h * w, first * h * w, c * h * w, &y));
            first += c;
        }
        let mut first = 0;
        let places: Vec<_> = stage
            .inputs
            .iter()
            .map(|&buffer| {
                first += buffer.map.channels;
                (first - buffer.map.channels, crate::cpu::map::Gradient { buffer, accumulate: false })
            })
            .collect();
        backward(&Backward { output_gradient: output, input_gradients: places.leak() }, &mut bench.run());
        bench.check(&output, &y, 0.0, true);
    });
}
