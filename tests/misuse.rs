//! What a program can get wrong while it runs: an error names it, and nothing is computed from it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use convnet_runtime::prelude::*;

network! {
    /// Layers of several kinds, some of which have as many weights as others.
    pub struct Kinds {
        input 8x8x3
        -> conv3-3 -> relu -> conv3-3(bias=false) -> conv1-16 -> bn @ norm -> relu -> conv1-32 -> conv1-16
        -> conv3-16(bias=position) -> maxpool -> fc-64 @ tall -> fc-10 @ last
    }
}

network! {
    /// Beside it, the same number of weights in other shapes.
    pub struct Others { input 2x2x64 -> conv3-5 -> bn -> fc-64 -> fc-20 @ last }
}

network! {
    /// To be used as a layer.
    pub struct Eye { input 8x8x3 -> conv3-16 -> relu -> maxpool }
}

network! {
    /// Over it.
    pub struct Learner { input 8x8x3 -> Eye @ eye -> 4x4x16 -> fc-10 -> softmax }
}

network! {
    /// Two losses.
    pub struct Seer { input 8x8x3 -> conv3-4 -> relu -> { class: fc-10, lights: conv1-2 } }
}

fn images(batch: usize) -> Tensor<Volume<8, 8, 3>> {
    Tensor::from_fn(batch, |n, c, y, x| ((n * 7 + c * 5 + y * 3 + x) % 11) as f32 / 11.0)
}

/// The message of a panic.
fn panic<T>(f: impl FnOnce() -> T) -> String {
    let cause = catch_unwind(AssertUnwindSafe(f)).map(drop).expect_err("it panics");
    cause.downcast_ref::<String>().cloned().unwrap_or_else(|| "no text".into())
}

type Change = fn(&mut Kinds, &Others);

#[test]
fn parameters_of_another_layer_are_named() {
    let whole = Kinds::new(1);
    let others = Others::new(1);
    let cases: [(&str, Change); 14] = [
        ("`0.weight` is a weight of [5, 64, 3, 3], where a weight of [3, 3, 3, 3] belongs", |net, others| {
            net.conv0 = others.conv0.clone();
        }),
        (
            "`0.weight` is a weight of [3, 3, 3, 3] of a layer that has its input or its values in another order",
            |net, _| {
                net.conv0 = net.conv2.clone();
            },
        ),
        (
            "`2.weight` is a weight of [3, 3, 3, 3] of a layer that has its input or its values in another order",
            |net, _| {
                net.conv2 = net.conv0.clone();
            },
        ),
        ("`6.weight` is a weight of [16, 32, 1, 1], where a weight of [32, 16, 1, 1] belongs", |net, _| {
            net.conv6 = net.conv7.clone();
        }),
        ("`6.bias` is a bias of [16], where a bias of [32] belongs", |net, _| net.conv6.bias = net.conv7.bias.clone()),
        ("a bias of [16] is missing before `norm.weight`", |net, _| net.conv3.bias = net.conv2.bias.clone()),
        ("`2.bias` is a bias of [3], where its layer has no bias", |net, _| net.conv2.bias = net.conv0.bias.clone()),
        ("`norm.weight` is a weight of [16, 3, 1, 1], where a scale of [16] belongs", |net, _| {
            net.norm.weight = net.conv3.weight.clone();
        }),
        ("`norm.bias` is a bias of [5], where a bias of [16] belongs", |net, others| {
            net.norm.bias = others.bn1.bias.clone();
        }),
        ("`norm.running_mean` is a running variance of [16], where a running mean of [16] belongs", |net, _| {
            net.norm.running_mean = net.norm.running_var.clone();
        }),
        ("`8.bias` is a bias of [16], where a bias of [16, 8, 8] belongs", |net, _| {
            net.conv8.bias = net.conv7.bias.clone();
        }),
        ("`tall.weight` is a weight of [64, 5, 2, 2], where a weight of [64, 16, 4, 4] belongs", |net, others| {
            net.tall.weight = others.fc2.weight.clone();
        }),
        ("`last.weight` is a weight of [20, 64, 1, 1], where a weight of [10, 64, 1, 1] belongs", |net, others| {
            net.last = others.last.clone();
        }),
        ("a bias of [10] is missing behind all other parameters", |net, _| net.last.bias = net.conv2.bias.clone()),
    ];
    for (expected, spoil) in cases {
        let mut net = whole.clone();
        spoil(&mut net, &others);
        let text =
            format!("a parameter was replaced by another layer's: {expected}; `set` copies values of the same shape");
        assert_eq!(panic(|| net.predict(&images(2))), text);
        let error = Trainer::new(Sgd::new(0.1), 1).step(&mut net, &images(2), &CrossEntropy(&[1, 2]));
        assert_eq!(error.expect_err(expected).to_string(), format!("step 0: {text}"));
    }
    // Those of a network used as a layer.
    let mut net = Learner::new(1);
    net.eye.conv0 = whole.conv2.clone();
    let text = panic(|| net.predict(&images(1)));
    assert!(
        text.contains("`eye.0.weight` is a weight of [3, 3, 3, 3], where a weight of [16, 3, 3, 3] belongs"),
        "{text}"
    );
}

#[test]
fn parameters_of_a_layer_that_is_alike_fit() {
    let mut net = Kinds::new(1);
    net.last.bias.set(&[1.0; 10]).expect("as many");
    let other = net.clone();
    let mut third = Kinds::new(2);
    (third.conv0, third.conv2, third.conv3, third.norm) = (net.conv0, net.conv2, net.conv3, net.norm);
    (third.conv6, third.conv7, third.conv8, third.tall, third.last) =
        (net.conv6, net.conv7, net.conv8, net.tall, net.last);
    assert_eq!(third.predict(&images(3)), other.predict(&images(3)));
}

#[test]
fn gradients_of_another_batch_are_counted() {
    let mut net = Seer::new(1);
    let before = net.to_bytes();
    let mut trainer = Trainer::new(Sgd::new(0.1), 1);
    for (class, lights, given) in [(1, 2, 1), (2, 3, 3), (0, 5, 5), (4, 5, 4), (6, 0, 6)] {
        let loss = |_: &SeerLogits, gradient: &mut SeerLogits| {
            gradient.class.reset(class);
            gradient.lights.reset(lights);
            Ok(1.0)
        };
        let error = trainer.step(&mut net, &images(2), &loss).expect_err("another batch");
        assert_eq!(error.to_string(), format!("step 0: {given} gradients for 2 outputs"));
        assert!(matches!(error, TrainError::Loss { cause: LossError::Count { expected: 2, .. }, .. }));
    }
    assert_eq!(net.to_bytes(), before);
}
