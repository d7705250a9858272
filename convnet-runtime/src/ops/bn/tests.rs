use super::reference::Statistics;
use super::*;
use crate::layers::BatchNorm;
use crate::ops::activation::{self, Activation};
use crate::ops::testing::{Bench, Random, check_close, check_gradient, check_threads, everywhere};

const EPS: f32 = 1e-3;

#[test]
fn reference_gradient() {
    let mut random = Random::new(1);
    let (x, dy) = (random.reals(2 * 3 * 5), random.reals(2 * 3 * 5));
    let (weight, bias) = (random.reals(3), random.reals(3));
    let f = |x: &[f64], weight: &[f64], bias: &[f64]| {
        reference::forward(5, x, &reference::statistics(3, 5, x), weight, bias, f64::from(EPS))
    };
    let [dx, dweight, dbias] = reference::backward(5, &x, &weight, f64::from(EPS), &dy);
    check_gradient(|x| f(x, &weight, &bias), &x, &dy, &dx);
    check_gradient(|weight| f(&x, weight, &bias), &weight, &dy, &dweight);
    check_gradient(|bias| f(&x, &weight, bias), &bias, &dy, &dbias);
}

fn layer(random: &mut Random, channels: usize) -> BatchNorm {
    let mut layer = BatchNorm::new(channels);
    let variance: Vec<f32> = random.floats(channels).into_iter().map(|x| 1.5 + x).collect();
    for parameter in [&mut layer.weight, &mut layer.bias, &mut layer.running_mean] {
        assert!(parameter.set(&random.floats(channels)).is_ok());
    }
    assert!(layer.running_var.set(&variance).is_ok());
    layer
}

fn running(layer: &BatchNorm) -> Statistics<f32> {
    Statistics { mean: layer.running_mean.values(), variance: layer.running_var.values() }
}

/// A stage with its input, residual and output gradient in place.
struct Case {
    stage: Stage,
    output_gradient: Buffer,
    layer: BatchNorm,
    positions: usize,
    x: Vec<f32>,
    residual: Option<Vec<f32>>,
    dy: Vec<f32>,
}

impl Case {
    fn new(bench: &mut Bench, train: bool) -> Self {
        let [c, h, w] = [40, 5, 6].map(|n| bench.random.between(1, n));
        let (input, x) = bench.input(c, h, w);
        let x: Vec<f32> = x.into_iter().map(|x| x + 3.0).collect();
        let (residual, r) = bench.input(c, h, w);
        let (output_gradient, dy) = bench.input(c, h, w);
        bench.fill(&input, &x);
        bench.fill(&residual, &r);
        bench.fill(&output_gradient, &dy);
        let output = bench.blocked(c, h, w);
        let statistics = train.then(|| bench.place(moments::pairs(c)).offset);
        let residual = (bench.random.below(2) == 1).then_some(residual);
        let activation = [Activation::Identity, Activation::Relu, Activation::Sigmoid][bench.random.below(3)];
        let stage = Stage { input, output, residual, activation, eps: EPS, momentum: 0.1, statistics };
        let layer = layer(&mut bench.random, c);
        Self { stage, output_gradient, layer, positions: h * w, x, residual: residual.map(|_| r), dy }
    }

    /// What the stage should give with these statistics.
    fn output(&self, statistics: &Statistics<f32>) -> Vec<f32> {
        let (weight, bias) = (self.layer.weight.values(), self.layer.bias.values());
        let mut y = reference::forward(self.positions, &self.x, statistics, &weight, &bias, EPS);
        for (y, r) in y.iter_mut().zip(self.residual.iter().flatten()) {
            *y += r;
        }
        activation::reference::forward(self.stage.activation, &y)
    }
}

#[test]
fn inference_agrees_with_reference() {
    everywhere(20, |bench| {
        let case = Case::new(bench, false);
        forward(&case.stage, &case.layer, &mut bench.run());
        bench.check(&case.stage.output, &case.output(&running(&case.layer)), 4e-6, true);
    });
}

#[test]
fn training_agrees_with_reference() {
    everywhere(30, |bench| {
        let mut case = Case::new(bench, true);
        let channels = case.stage.input.map.channels;
        let statistics = reference::statistics(channels, case.positions, &case.x);
        let mut moved = running(&case.layer);
        reference::update(&mut moved, &statistics, case.x.len() / channels, 0.1);
        let y = case.output(&statistics);

        forward_train(&case.stage, &mut case.layer, &mut bench.run());
        bench.check(&case.stage.output, &y, 2e-4, true);
        check_close(&case.layer.running_mean.values(), &moved.mean, 1e-6);
        check_close(&case.layer.running_var.values(), &moved.variance, 1e-6);

        let (stage, output_gradient) = (case.stage, case.output_gradient);
        let d = activation::reference::backward(stage.activation, &y, &case.dy);
        let wide = |x: &[f32]| x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
        let weight = wide(&case.layer.weight.values());
        let gradients = reference::backward(case.positions, &wide(&case.x), &weight, f64::from(EPS), &wide(&d));
        let [dx, dweight, dbias] = gradients.map(|g| g.into_iter().map(|g| g as f32).collect::<Vec<_>>());
        let layer = std::cell::RefCell::new(case.layer);
        bench.check_backward(stage.input.map, &dx, 4e-4, |&gradient, run| {
            let backward = Backward {
                stage,
                output_gradient,
                input_gradient: Some(gradient),
                residual_gradient: None,
                train_weights: true,
                accumulate: gradient.accumulate,
            };
            super::backward(&backward, &mut layer.borrow_mut(), run);
        });
        // Once written, once added.
        let twice = |g: &[f32]| g.iter().map(|g| 2.0 * g).collect::<Vec<_>>();
        check_close(&layer.borrow().weight.gradient(), &twice(&dweight), 4e-4);
        check_close(&layer.borrow().bias.gradient(), &twice(&dbias), 4e-4);
        bench.check_backward(stage.input.map, &d, 2e-4, |&gradient, run| {
            let backward = Backward {
                stage,
                output_gradient,
                input_gradient: None,
                residual_gradient: Some(gradient),
                train_weights: false,
                accumulate: false,
            };
            super::backward(&backward, &mut layer.borrow_mut(), run);
        });
    });
}

#[test]
fn running_statistics_pass_the_gradient() {
    everywhere(20, |bench| {
        let case = Case::new(bench, false);
        let (stage, output_gradient) = (case.stage, case.output_gradient);
        forward(&stage, &case.layer, &mut bench.run());
        let y = case.output(&running(&case.layer));
        let mut dx = activation::reference::backward(stage.activation, &y, &case.dy);
        let (weight, variance) = (case.layer.weight.values(), case.layer.running_var.values());
        for (i, dx) in dx.iter_mut().enumerate() {
            let c = i / case.positions % weight.len();
            *dx *= weight[c] / (variance[c] + EPS).sqrt();
        }
        let layer = std::cell::RefCell::new(case.layer);
        bench.check_backward(stage.input.map, &dx, 1e-5, |&gradient, run| {
            let backward = Backward {
                stage,
                output_gradient,
                input_gradient: Some(gradient),
                residual_gradient: None,
                train_weights: false,
                accumulate: false,
            };
            super::backward(&backward, &mut layer.borrow_mut(), run);
        });
    });
}

/// Every value of `dx` is what f32 can say of it, however little is left of the terms that it is a sum of: of two values
/// what eps leaves, and a mean may be large.
#[test]
fn a_gradient_that_cancels() {
    everywhere(20, |bench| {
        let [c, width] = [40, 3].map(|n| bench.random.between(1, n));
        let (input, x) = bench.input(c, 1, width);
        let x: Vec<f32> = x.into_iter().map(|x| 2.0 * x + 30.0).collect();
        let (output_gradient, dy) = bench.input(c, 1, width);
        let dy: Vec<f32> = dy.into_iter().map(|dy| dy + 5.0).collect();
        bench.fill(&input, &x);
        bench.fill(&output_gradient, &dy);
        let [output, dx] = [0; 2].map(|_| bench.blocked(c, 1, width));
        let statistics = Some(bench.place(moments::pairs(c)).offset);
        let activation = Activation::Identity;
        let stage = Stage { input, output, residual: None, activation, eps: EPS, momentum: 0.1, statistics };
        let mut layer = layer(&mut bench.random, c);
        let backward = Backward {
            stage,
            output_gradient,
            input_gradient: Some((&dx).into()),
            residual_gradient: None,
            train_weights: false,
            accumulate: false,
        };
        let run = &mut bench.run();
        forward_train(&stage, &mut layer, run);
        super::backward(&backward, &mut layer, run);
        let mut got = vec![0.0; x.len()];
        crate::cpu::exchange::store(&dx, run, &mut got);

        let wide = |x: &[f32]| x.iter().map(|&x| f64::from(x)).collect::<Vec<_>>();
        let weight = wide(&layer.weight.values());
        let [expected, ..] = reference::backward(width, &wide(&x), &weight, f64::from(EPS), &wide(&dy));
        for (i, (got, expected)) in wide(&got).into_iter().zip(expected).enumerate() {
            let error = (got - expected).abs();
            assert!(error <= 6e-8 * expected.abs() + 1e-9, "value {i}: {got} instead of {expected}");
        }
    });
}

/// A layer over `batch` samples of 20x20x40, of which the mean is large: outputs, statistics and gradients.
fn pass(batch: usize) -> Vec<f32> {
    let mut bench = Bench::with_batch(batch, 5);
    let (input, x) = bench.input(40, 20, 20);
    let x: Vec<f32> = x.into_iter().map(|x| x + 100.0).collect();
    let [output, input_gradient] = [0; 2].map(|_| bench.blocked(40, 20, 20));
    let (output_gradient, dy) = bench.input(40, 20, 20);
    let statistics = Some(bench.place(moments::pairs(40)).offset);
    bench.fill(&input, &x);
    bench.fill(&output_gradient, &dy);
    let stage =
        Stage { input, output, residual: None, activation: Activation::Relu, eps: EPS, momentum: 1.0, statistics };
    let mut layer = layer(&mut bench.random, 40);
    let run = &mut bench.run();
    forward_train(&stage, &mut layer, run);
    let backward = Backward {
        stage,
        output_gradient,
        input_gradient: Some((&input_gradient).into()),
        residual_gradient: None,
        train_weights: true,
        accumulate: false,
    };
    super::backward(&backward, &mut layer, run);
    let mut all = vec![0.0; 2 * x.len()];
    let (y, dx) = all.split_at_mut(x.len());
    crate::cpu::exchange::store(&output, run, y);
    crate::cpu::exchange::store(&input_gradient, run, dx);
    for parameter in [&layer.running_mean, &layer.running_var] {
        all.extend(parameter.values());
    }
    for parameter in [&layer.weight, &layer.bias] {
        all.extend(parameter.gradient());
    }
    all
}

#[test]
fn threads_do_not_change_the_bits() {
    check_threads(|| pass(37));
}

#[test]
fn variance_survives_a_large_mean() {
    let all = pass(37);
    let variance = &all[2 * 37 * 16_000 + 40..][..40];
    assert!(variance.iter().all(|v| (v - 1.0 / 3.0).abs() < 0.02), "uniform on (-1, 1): {variance:?}");
}

#[test]
fn one_value_has_no_variance() {
    let mut bench = Bench::with_batch(1, 1);
    let (input, x) = bench.input(3, 1, 1);
    let output = bench.blocked(3, 1, 1);
    let statistics = Some(bench.place(moments::pairs(3)).offset);
    bench.fill(&input, &x);
    let activation = Activation::Identity;
    let stage = Stage { input, output, residual: None, activation, eps: EPS, momentum: 0.1, statistics };
    let mut layer = layer(&mut bench.random, 3);
    let before = layer.running_var.values();
    forward_train(&stage, &mut layer, &mut bench.run());
    bench.check(&output, &layer.bias.values(), 0.0, true);
    check_close(&layer.running_var.values(), &before, 0.0);
}
