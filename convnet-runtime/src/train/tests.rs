use super::loss::{CrossEntropy, MeanSquared};
use super::sgd::Sgd;
use super::trainer::Trainer;
use crate::double::{Linear, brightest};
use crate::error::{LossError, TrainError};
use crate::network::Network;
use crate::shape::Features;
use crate::tensor::Tensor;

fn values(net: &Linear) -> Vec<Vec<f32>> {
    net.parameters().iter().map(|(_, p)| p.values()).collect()
}

#[test]
fn a_network_learns() -> Result<(), TrainError> {
    let (train, test) = brightest(300, 1).split(0.8, 2);
    let mut net = Linear::new(1);
    let mut trainer = Trainer::new(Sgd::new(0.2).momentum(0.9).nesterov().weight_decay(1e-4), 1);
    let mut losses = Vec::new();
    for epoch in 0..5 {
        for batch in train.batches(16, epoch) {
            losses.push(trainer.step(&mut net, &batch.images, &CrossEntropy(&batch.labels))?);
        }
    }
    assert_eq!(trainer.steps(), 75);
    assert!(losses[74] < 0.3 * losses[0], "{losses:?}");
    assert!(net.accuracy(&test) > 0.95, "{}", net.accuracy(&test));
    Ok(())
}

#[test]
fn the_gradient_is_that_of_the_loss() -> Result<(), TrainError> {
    let data = brightest(6, 1);
    let mut net = Linear::new(1);
    let mut trainer = Trainer::new(Sgd::new(0.0), 1);
    trainer.step(&mut net, data.images(), &CrossEntropy(data.labels()))?;
    let gradient = net.weight.gradient();
    for i in 0..12 {
        let mut at = |step: f32| {
            let mut moved = Linear::new(1);
            let mut weights = moved.weight.values();
            weights[i] += step;
            moved.weight.set(&weights).expect("as many");
            trainer.step(&mut moved, data.images(), &CrossEntropy(data.labels()))
        };
        let difference = (at(1e-2)? - at(-1e-2)?) / 2e-2;
        assert!((difference - gradient[i]).abs() < 1e-3, "{i}: {difference} {}", gradient[i]);
    }
    Ok(())
}

/// Everything that can be wrong with a step: it is named, and the network is as it was, running statistics included.
#[test]
fn a_step_that_fails_changes_nothing() -> Result<(), TrainError> {
    let data = brightest(4, 1);
    let mut net = Linear::new(1);
    let mut trainer = Trainer::new(Sgd::new(0.1).momentum(0.9), 1);
    trainer.step(&mut net, data.images(), &CrossEntropy(data.labels()))?;
    let before = values(&net);
    let mut poisoned = data.images().clone();
    let of_sample = poisoned.values().len() / 4;
    poisoned.values_mut()[2 * of_sample + 1] = f32::NAN;

    let error = trainer.step(&mut net, &poisoned, &CrossEntropy(data.labels())).expect_err("NaN");
    assert_eq!(error.to_string(), "step 1: sample 2 of the batch holds NaN; inputs must be finite");
    assert_eq!(values(&net), before);
    let lost = |_: &Tensor<Features<3>>, _: &mut Tensor<Features<3>>| -> Result<f32, LossError> { Ok(f32::NAN) };
    let error = trainer.step(&mut net, data.images(), &lost).expect_err("NaN");
    assert!(matches!(error, TrainError::NotFinite { step: 1, loss } if loss.is_nan()));
    assert!(error.to_string().starts_with("step 1: the loss is NaN"), "{error}");
    assert_eq!(values(&net), before);

    let error = trainer.step(&mut net, data.images(), &CrossEntropy(&[0, 1, 3, 0])).expect_err("class 3");
    assert_eq!(error.to_string(), "step 1: label 2 is 3, but there are 3 classes, 0 to 2");
    let error = trainer.step(&mut net, data.images(), &CrossEntropy(&[0])).expect_err("one label");
    assert_eq!(error.to_string(), "step 1: 1 labels for 4 outputs");
    let error = trainer.step(&mut net, data.images(), &MeanSquared(&Tensor::zeros(5))).expect_err("five targets");
    assert_eq!(error.to_string(), "step 1: 5 targets for 4 outputs");
    let fit = trainer.optimizer;
    for (optimizer, text) in [
        (Sgd { rate: f32::NAN, ..fit }, "rate is NaN; it must be finite and not negative"),
        (Sgd { rate: -0.1, ..fit }, "rate is -0.1; it must be finite and not negative"),
        (Sgd { momentum: f32::INFINITY, ..fit }, "momentum is inf; it must be at least 0 and less than 1"),
        (Sgd { momentum: 1.0, ..fit }, "momentum is 1; it must be at least 0 and less than 1"),
        (Sgd { weight_decay: -1.0, ..fit }, "weight decay is -1; it must be finite and not negative"),
    ] {
        trainer.optimizer = optimizer;
        let error = trainer.step(&mut net, data.images(), &CrossEntropy(data.labels())).expect_err(text);
        assert_eq!(error.to_string(), format!("step 1: the optimizer's {text}"));
    }
    trainer.optimizer = fit;
    let error = trainer.step(&mut net, &Tensor::zeros(0), &CrossEntropy(&[])).expect_err("no images");
    assert_eq!(error.to_string(), "step 1: the batch is empty");
    assert_eq!(values(&net), before);

    // A finite loss of which the gradient is not.
    let steep = |_: &Tensor<Features<3>>, gradient: &mut Tensor<Features<3>>| -> Result<f32, LossError> {
        gradient.reset(4);
        gradient.values_mut()[5] = f32::INFINITY;
        Ok(1.0)
    };
    let error = trainer.step(&mut net, data.images(), &steep).expect_err("infinity");
    assert!(error.to_string().starts_with("step 1: the gradient of `0.weight` is not finite"), "{error}");
    assert_eq!(values(&net), before);

    // Gradients of other batches.
    for batch in [1, 3, 5] {
        let short = |_: &Tensor<Features<3>>, gradient: &mut Tensor<Features<3>>| {
            gradient.reset(batch);
            Ok(1.0)
        };
        let error = trainer.step(&mut net, data.images(), &short).expect_err("another batch");
        assert_eq!(error.to_string(), format!("step 1: {batch} gradients for 4 outputs"));
        assert_eq!(values(&net), before);
    }

    trainer.step(&mut net, data.images(), &CrossEntropy(data.labels()))?;
    assert_eq!(trainer.steps(), 2);
    Ok(())
}

#[test]
fn a_head_without_a_loss_has_no_gradient() -> Result<(), TrainError> {
    let data = brightest(4, 1);
    let mut net = Linear::new(1);
    let mut trainer = Trainer::new(Sgd::new(0.1), 1);
    trainer.step(&mut net, data.images(), &CrossEntropy(data.labels()))?;
    let before = net.weight.values();
    let nothing = |_: &Tensor<Features<3>>, _: &mut Tensor<Features<3>>| Ok(0.0);
    trainer.step(&mut net, data.images(), &nothing)?;
    assert_eq!(net.weight.values(), before);
    Ok(())
}
