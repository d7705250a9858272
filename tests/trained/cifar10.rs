//! Three networks on CIFAR-10's 10,000 test images.

use convnet_runtime::prelude::*;

use crate::{found, golden, tensors};

network! {
    /// Caffe's `cifar10_quick`: pools that round up see only what is inside.
    pub struct Quick {
        input 32x32x3
        -> conv5-32 @ conv1 -> maxpool3/2(ceil) -> relu
        -> conv5-32 @ conv2 -> relu -> avgpool3/2(ceil)
        -> conv5-64 @ conv3 -> relu -> avgpool3/2(ceil)
        -> fc-64 @ ip1 -> fc-10 @ ip2
    }
}

network! {
    /// Batch norm behind relu, which no convolution can take in.
    pub struct VggMini {
        input 32x32x3
        -> conv3-64(pad=0) @ conv1 -> relu -> bn(eps=1e-3) @ bn1 -> conv3-64(pad=0) @ conv2 -> relu -> bn(eps=1e-3) @ bn2
        -> maxpool
        -> conv3-128(pad=0) @ conv3 -> relu -> bn(eps=1e-3) @ bn3 -> conv3-128(pad=0) @ conv4 -> relu -> bn(eps=1e-3) @ bn4
        -> maxpool
        -> conv3-64(pad=0) @ conv5 -> relu -> bn(eps=1e-3) @ bn5 -> conv3-64(pad=0) @ conv6 -> relu -> bn(eps=1e-3) @ bn6
        -> 1x1x64 -> fc-1024 @ fc1 -> relu -> fc-512 @ fc2 -> relu -> fc-10 @ fc3
    }
}

network! {
    /// He et al. 2015, section 4.2; shortcuts without parameters (option A): every second position, zero channels around.
    #[rounding(floor)]
    pub struct ResNet20 {
        block basic(c) = (conv3-c(bias=false) @ conv1 -> bn @ bn1 -> relu -> conv3-c(bias=false) @ conv2 -> bn @ bn2
            + skip) -> relu;
        block reduce(c) = (conv3-c/2(bias=false) @ conv1 -> bn @ bn1 -> relu -> conv3-c(bias=false) @ conv2 -> bn @ bn2
            + maxpool1/2 -> widen-c) -> relu;
        input 32x32x3
        -> conv3-16(bias=false) @ conv1 -> bn @ bn1 -> relu
        -> basic(16)*3 @ layer1
        -> [reduce(32) -> basic(32)*2] @ layer2
        -> [reduce(64) -> basic(64)*2] @ layer3
        -> gap -> fc-10 @ linear
    }
}

type Image = Volume<32, 32, 3>;

fn test_set(what: &str, pixels: &Pixels<'_>) -> Option<Dataset<Image>> {
    let batch = found::cached(what, "cifar10/test_batch.bin")?;
    Some(data::cifar10([batch], pixels).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn quick_of_caffe() {
    let name = "cifar10_quick_caffe";
    let Some((weights, golden)) = golden::of(name) else { return };
    let rename = |name: &str| (name != "mean_image").then(|| name.to_owned());
    let net = Quick::load_renamed(&weights, rename).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(Quick::PARAMS, 145_578);
    golden::logits(name, &net, &golden);
    if let Some(test) = test_set(name, &Pixels::RAW) {
        let (_, mean) = &tensors::read(&weights)["mean_image"];
        let mut images = test.images().clone();
        for (i, value) in images.values_mut().iter_mut().enumerate() {
            *value -= mean[i % mean.len()];
        }
        let test = Dataset::new(images, test.labels().to_vec()).unwrap_or_else(|error| panic!("{error}"));
        golden::classes(name, &net, &golden, &test, 7596);
    }
}

#[test]
fn small_vgg() {
    let name = "vggmini_cifar10";
    let Some((weights, golden)) = golden::of(name) else { return };
    let net = VggMini::load(weights).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(VggMini::PARAMS, 968_394);
    golden::logits(name, &net, &golden);
    if let Some(test) = test_set(name, &Pixels::RAW) {
        golden::classes(name, &net, &golden, &test, 8014);
    }
}

#[test]
fn resnet_20() {
    let name = "resnet20_cifar10";
    let Some((weights, golden)) = golden::of(name) else { return };
    let net = ResNet20::load(weights).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(ResNet20::PARAMS, 269_722);
    golden::logits(name, &net, &golden);
    if let Some(test) = test_set(name, &Pixels::IMAGENET) {
        golden::classes(name, &net, &golden, &test, 9173);
    }
}
