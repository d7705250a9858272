//! Names and shapes of weights against those of torchvision, which `torchvision/names.py` has written.

use convnet_runtime::parameter::Parameter;
use convnet_runtime::prelude::*;

use crate::alexnet::TorchvisionAlexNet;
use crate::googlenet::GoogLeNet;
use crate::resnet::{ResNet18, ResNet50};
use crate::vgg::{VggA, VggB, VggD, VggE};

fn assert_weights<N: Network>(torchvision: &str) {
    let net = N::zeroed();
    let line = |(name, parameter): (String, &Parameter)| {
        let sides: Vec<String> = parameter.shape().iter().map(usize::to_string).collect();
        format!("{name} {}", sides.join("x"))
    };
    let mut ours: Vec<String> = net.parameters().into_iter().map(line).collect();
    let mut theirs: Vec<&str> = torchvision.lines().collect();
    ours.sort();
    theirs.sort_unstable();
    assert_eq!(ours, theirs, "{}", N::NAME);
}

#[test]
fn alexnet() {
    assert_weights::<TorchvisionAlexNet>(include_str!("torchvision/alexnet.txt"));
}

#[test]
fn googlenet() {
    assert_weights::<GoogLeNet>(include_str!("torchvision/googlenet.txt"));
}

#[test]
fn resnet18() {
    assert_weights::<ResNet18>(include_str!("torchvision/resnet18.txt"));
}

#[test]
fn resnet50() {
    assert_weights::<ResNet50>(include_str!("torchvision/resnet50.txt"));
}

#[test]
fn vgg() {
    assert_weights::<VggA>(include_str!("torchvision/vgg11.txt"));
    assert_weights::<VggB>(include_str!("torchvision/vgg13.txt"));
    assert_weights::<VggD>(include_str!("torchvision/vgg16.txt"));
    assert_weights::<VggE>(include_str!("torchvision/vgg19.txt"));
}
