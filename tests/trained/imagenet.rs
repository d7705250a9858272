//! `SqueezeNet` on the 40 sample photographs of ImageNet, and the convolutions of VGG-16.

use std::path::{Path, PathBuf};

use convnet_runtime::prelude::*;
use image::imageops::FilterType;

use crate::{found, golden, tensors};

network! {
    /// Iandola et al. 2016, version 1.0.
    pub struct SqueezeNet {
        block fire(s, e) = conv1-s @ conv1x1_1 -> relu -> (conv1-e @ conv1x1_2 -> relu | conv3-e @ conv3x3_2 -> relu);
        input 227x227x3
        -> conv7-96/2(pad=0) @ conv1 -> relu -> maxpool3/2(ceil)
        -> fire(16, 64) @ fire2 -> fire(16, 64) @ fire3 -> fire(32, 128) @ fire4 -> maxpool3/2(ceil)
        -> fire(32, 128) @ fire5 -> fire(48, 192) @ fire6 -> fire(48, 192) @ fire7 -> fire(64, 256) @ fire8
        -> maxpool3/2(ceil) -> fire(64, 256) @ fire9
        -> conv1-1000(pad=1) @ conv_final -> relu -> gap -> flatten
    }
}

network! {
    /// The convolutions of Simonyan and Zisserman's configuration D.
    pub struct Vgg16 {
        input 224x224x3
        -> conv3-64 @ block1_conv1 -> relu -> conv3-64 @ block1_conv2 -> relu -> maxpool
        -> conv3-128 @ block2_conv1 -> relu -> conv3-128 @ block2_conv2 -> relu -> maxpool
        -> conv3-256 @ block3_conv1 -> relu -> conv3-256 @ block3_conv2 -> relu -> conv3-256 @ block3_conv3 -> relu -> maxpool
        -> conv3-512 @ block4_conv1 -> relu -> conv3-512 @ block4_conv2 -> relu -> conv3-512 @ block4_conv3 -> relu -> maxpool
        -> conv3-512 @ block5_conv1 -> relu -> conv3-512 @ block5_conv2 -> relu -> conv3-512 @ block5_conv3 -> relu -> maxpool
    }
}

/// One line of `labels.csv`.
struct Photograph {
    file: String,
    class: usize,
}

fn photographs() -> Option<(PathBuf, Vec<Photograph>)> {
    let folder = found::shared("squeezenet_v1.0_imagenet", "imagenet-samples")?;
    let table =
        std::fs::read_to_string(folder.join("labels.csv")).unwrap_or_else(|error| panic!("labels.csv: {error}"));
    let photographs = table.lines().skip(1).map(|line| {
        let mut cells = line.split(',');
        let (file, class) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
        let class = class.parse().unwrap_or_else(|error| panic!("{line}: {error}"));
        Photograph { file: file.to_owned(), class }
    });
    Some((folder, photographs.collect()))
}

/// 256x256, the middle 227x227, blue before green before red, less their means.
fn caffe_input(photograph: &Path) -> Tensor<Volume<227, 227, 3>> {
    const MEANS: [f32; 3] = [104.0, 117.0, 123.0];
    const MARGIN: u32 = (256 - 227) / 2;
    let image = image::open(photograph).unwrap_or_else(|error| panic!("{}: {error}", photograph.display()));
    let image = image.resize_exact(256, 256, FilterType::Triangle).into_rgb8();
    let pixel = |y: usize, x: usize| image.get_pixel(x as u32 + MARGIN, y as u32 + MARGIN).0;
    Tensor::from_fn(1, |_, c, y, x| f32::from(pixel(y, x)[2 - c]) - MEANS[c])
}

#[test]
fn squeezenet() {
    let name = "squeezenet_v1.0_imagenet";
    let Some((weights, golden)) = golden::of(name) else { return };
    let rename = |name: &str| Some(name.replace('/', "."));
    let net = SqueezeNet::load_renamed(weights, rename).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(SqueezeNet::PARAMS, 1_248_424);
    let input = Tensor::from_chw(&*golden["input"].1).unwrap_or_else(|error| panic!("{error}"));
    // The logits are those of all photographs, of which the input is the first.
    golden::compare(name, &golden["logits"].1[..1000], net.predict(&input).values());

    let Some((folder, photographs)) = photographs() else { return };
    let (mut first, mut among_five) = (0, 0);
    for photograph in &photographs {
        let input = caffe_input(&folder.join(&photograph.file));
        let top = Probabilities::new(net.predict(&input)).top(0, 5);
        first += usize::from(top[0].0 == photograph.class);
        among_five += usize::from(top.iter().any(|&(class, _)| class == photograph.class));
    }
    assert_eq!((first, among_five, photographs.len()), (30, 37, 40), "right at first, among five, of all");
}

#[test]
fn vgg_16() {
    let name = "vgg16_imagenet_conv";
    let Some(golden) = found::shared(name, &format!("golden/{name}.safetensors")) else { return };
    let Some(weights) = found::cached(name, &format!("vgg16/{name}.safetensors")) else { return };
    let (net, golden) = (Vgg16::load(weights).unwrap_or_else(|error| panic!("{error}")), tensors::read(&golden));
    assert_eq!(Vgg16::PARAMS, 14_714_688);
    let input = Tensor::from_chw(&*golden["input"].1).unwrap_or_else(|error| panic!("{error}"));
    golden::compare(name, &golden["block5_pool"].1, net.predict(&input).values());
}
