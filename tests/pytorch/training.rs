//! Some steps of each optimizer and loss against `torch.optim.SGD`: losses, parameters, running statistics.
//! `tests/fixtures/training.py` makes the fixture from this file.

use convnet_runtime::prelude::*;

use crate::difference::difference;
use crate::judge::fixture;
use crate::tensors;

/// Largest difference, relative to the largest value of a tensor.
const TOLERANCE: f32 = 1e-4;

network! {
    pub struct Net { input 6x6x2 -> conv3-5 -> bn -> relu -> maxpool -> conv3-4(bias=false) -> sigmoid -> fc-3 -> softmax }
}

fn check(run: &str, optimizer: Sgd) {
    let path = fixture(module_path!());
    let tensors = tensors::read(&path);
    let mut net = Net::load_renamed(&path, |name| name.strip_prefix("param.").map(str::to_owned))
        .unwrap_or_else(|error| panic!("{error}"));
    let tensor = |name: &str| &*tensors[name].1;
    let input = Tensor::from_chw(tensor("input")).unwrap_or_else(|error| panic!("{error}"));
    let target = Tensor::from_chw(tensor("target")).unwrap_or_else(|error| panic!("{error}"));
    let labels: Vec<usize> = tensor("labels").iter().map(|&label| label as usize).collect();

    let mut trainer = Trainer::new(optimizer, 0);
    let expected = tensor(&format!("{run}.losses"));
    let step = |_: &f32| match run {
        "mean_squared" => trainer.step(&mut net, &input, &MeanSquared(&target)),
        _ => trainer.step(&mut net, &input, &CrossEntropy(&labels)),
    };
    let losses: Result<Vec<f32>, TrainError> = expected.iter().map(step).collect();
    let losses = losses.unwrap_or_else(|error| panic!("{error}"));
    let mut problems: Vec<String> = difference("losses", expected, &losses, TOLERANCE, 0.0).into_iter().collect();
    for (name, parameter) in net.parameters() {
        problems.extend(difference(&name, tensor(&format!("{run}.{name}")), &parameter.values(), TOLERANCE, 0.0));
    }
    assert!(problems.is_empty(), "{run}:\n{}", problems.join("\n"));
}

#[test]
fn plain() {
    check("plain", Sgd::new(0.1));
}

#[test]
fn momentum() {
    check("momentum", Sgd::new(0.05).momentum(0.9));
}

#[test]
fn nesterov() {
    check("nesterov", Sgd::new(0.05).momentum(0.9).nesterov());
}

#[test]
fn decay() {
    check("decay", Sgd::new(0.05).momentum(0.8).weight_decay(0.1));
}

#[test]
fn nesterov_with_decay() {
    check("nesterov_decay", Sgd::new(0.02).momentum(0.9).nesterov().weight_decay(0.05));
}

#[test]
fn mean_squared() {
    check("mean_squared", Sgd::new(0.1).momentum(0.5));
}
