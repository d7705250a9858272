//! Two networks on MNIST's 10,000 test digits.

use convnet_runtime::prelude::*;

use crate::{found, golden};

network! {
    pub struct LeNet {
        input 28x28x1
        -> conv5-20(pad=0) @ conv1 -> maxpool -> conv5-50(pad=0) @ conv2 -> maxpool
        -> fc-500 @ ip1 -> relu -> fc-10 @ ip2
    }
}

network! {
    pub struct Ccexam {
        input 28x28x1
        -> [conv3-32 -> relu -> maxpool -> conv3-64 -> relu -> maxpool] @ features
        -> [fc-128 -> relu -> fc-10] @ classifier
    }
}

fn test_set(what: &str, pixels: &Pixels<'_>) -> Option<Dataset<Volume<28, 28, 1>>> {
    let images = found::cached(what, "mnist/t10k-images-idx3-ubyte")?;
    let labels = found::cached(what, "mnist/t10k-labels-idx1-ubyte")?;
    Some(data::mnist(images, labels, pixels).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn lenet_of_caffe() {
    let name = "lenet_mnist_caffe";
    let Some((weights, golden)) = golden::of(name) else { return };
    let net = LeNet::load(weights).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(LeNet::PARAMS, 431_080);
    golden::logits(name, &net, &golden);
    if let Some(test) = test_set(name, &Pixels::scale(1.0 / 256.0)) {
        golden::classes(name, &net, &golden, &test, 9914);
    }
}

#[test]
fn cnn_of_ccexam() {
    let name = "cnn_mnist_ccexam";
    let Some((weights, golden)) = golden::of(name) else { return };
    let net = Ccexam::load(weights).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(Ccexam::PARAMS, 421_642);
    golden::logits(name, &net, &golden);
    if let Some(test) = test_set(name, &Pixels::UNIT.mean(&[0.1307]).std(&[0.3081])) {
        golden::classes(name, &net, &golden, &test, 9905);
    }
}
