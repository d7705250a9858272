//! Networks of the literature, with the numbers that prove their declarations right.

use super::{chain, field, macs, params, sound, stride};
use crate::shape::Volume;

fn vgg(body: &str) -> String {
    format!(
        "struct Vgg {{ input 224x224x3 -> [{body}] @ features -> 7x7x512
        -> [[FC-4096 -> relu -> dropout(0.5)]*2 -> FC-1000] @ classifier -> soft-max }}"
    )
}

pub const VGG_A: &str =
    "conv3-64 -> relu -> maxpool -> conv3-128 -> relu -> maxpool -> [conv3-256 -> relu]*2 -> maxpool
    -> [[conv3-512 -> relu]*2 -> maxpool]*2";
pub const VGG_D: &str = "[conv3-64 -> relu]*2 -> maxpool -> [conv3-128 -> relu]*2 -> maxpool -> [conv3-256 -> relu]*3
    -> maxpool -> [[conv3-512 -> relu]*3 -> maxpool]*2";

#[test]
fn vgg_a_to_e() {
    let a_lrn = VGG_A.replacen("relu", "relu -> LRN", 1);
    let b = "[conv3-64 -> relu]*2 -> maxpool -> [conv3-128 -> relu]*2 -> maxpool -> [conv3-256 -> relu]*2 -> maxpool
        -> [[conv3-512 -> relu]*2 -> maxpool]*2";
    let c = "[conv3-64 -> relu]*2 -> maxpool -> [conv3-128 -> relu]*2 -> maxpool
        -> [conv3-256 -> relu]*2 -> conv1-256 -> relu -> maxpool
        -> [[conv3-512 -> relu]*2 -> conv1-512 -> relu -> maxpool]*2";
    let e = VGG_D.replace("*3", "*4");
    let known = [
        (VGG_A, 132_863_336, 150),
        (&a_lrn, 132_863_336, 150),
        (b, 133_047_848, 156),
        (c, 133_638_952, 156),
        (VGG_D, 138_357_544, 212),
        (&e, 143_667_240, 268),
    ];
    for (body, parameters, sees) in known {
        let (_, counts) = sound(&vgg(body));
        assert_eq!((params(&counts), field(&counts), stride(&counts)), (parameters, sees, 32), "{body}");
    }
    assert_eq!(macs(&sound(&vgg(VGG_D)).1), 15_470_264_320);
    assert_eq!(macs(&sound(&vgg(&e)).1), 19_632_062_464);
}

#[test]
fn perceptrons() {
    assert_eq!(params(&chain("input 784 -> fc-10").1), 7_850);
    assert_eq!(params(&chain("input 784 -> fc-300 -> sigmoid -> fc-10").1), 238_510);
    assert_eq!(params(&chain("input 784 -> [fc-300 -> tanh] -> fc-100 -> tanh -> fc-10").1), 266_610);
}

#[test]
fn lenets() {
    let (_, counts) = chain(
        "input 32x32x1 -> conv5-6(pad=0) -> tanh -> avgpool -> conv5-16(pad=0) -> tanh -> avgpool -> 5x5x16
        -> fc-120 -> tanh -> fc-84 -> tanh -> fc-10",
    );
    assert_eq!(params(&counts), 61_706);
    let (_, counts) =
        chain("input 28x28x1 -> conv5-20(pad=0) -> maxpool -> conv5-50(pad=0) -> maxpool -> fc-500 -> relu -> fc-10");
    assert_eq!(params(&counts), 431_080);
}

#[test]
fn alexnets() {
    let (_, counts) = chain(
        "input 227x227x3
        -> conv11-96/4(pad=0) -> relu -> lrn -> maxpool3/2
        -> conv5-256(groups=2) -> relu -> lrn -> maxpool3/2
        -> conv3-384 -> relu -> conv3-384(groups=2) -> relu -> conv3-256(groups=2) -> relu -> maxpool3/2 -> 6x6x256
        -> [fc-4096 -> relu -> dropout]*2 -> fc-1000 -> softmax",
    );
    assert_eq!((params(&counts), macs(&counts)), (60_965_224, 724_406_816));
    assert_eq!((field(&counts), stride(&counts)), (195, 32));
    let (_, counts) = sound(
        "#[rounding(floor)] struct AlexNet { input 224x224x3
        -> conv11-64/4(pad=2) -> relu -> maxpool3/2 -> conv5-192 -> relu -> maxpool3/2
        -> conv3-384 -> relu -> [conv3-256 -> relu]*2 -> maxpool3/2
        -> dropout -> fc-4096 -> relu -> dropout -> fc-4096 -> relu -> fc-1000 }",
    );
    assert_eq!(params(&counts), 61_100_840);
}

#[test]
fn deep_q_networks() {
    let (_, counts) =
        chain("input 84x84x4 -> conv8-16/4(pad=0) -> relu -> conv4-32/2(pad=0) -> relu -> fc-256 -> relu -> fc-6");
    assert_eq!((params(&counts), field(&counts), stride(&counts)), (677_686, 20, 8));
    let (_, counts) = chain(
        "input 84x84x4 -> conv8-32/4(pad=0) -> relu -> conv4-64/2(pad=0) -> relu -> conv3-64(pad=0) -> relu
        -> fc-512 -> relu -> fc-6",
    );
    assert_eq!(params(&counts), 1_687_206);
}

#[test]
fn self_driving() {
    let (_, counts) = sound(
        "#[rounding(floor)] struct PilotNet { input 66x200x3
        -> conv5-24/2(pad=0) -> elu -> conv5-36/2(pad=0) -> elu -> conv5-48/2(pad=0) -> elu
        -> [conv3-64(pad=0) -> elu]*2 -> 1x18x64 -> flatten -> fc-100 -> elu -> fc-50 -> elu -> fc-10 -> elu -> fc-1 }",
    );
    assert_eq!((params(&counts), field(&counts), stride(&counts)), (252_219, 61, 8));
}

#[test]
fn alpha_go() {
    let (_, counts) =
        chain("input 19x19x48 -> conv5-192 -> relu -> [conv3-192 -> relu]*11 -> conv1-1(bias=position) -> softmax");
    assert_eq!((params(&counts), field(&counts), stride(&counts)), (3_882_793, 27, 1));
    let (_, counts) = chain(
        "input 19x19x49 -> conv5-192 -> relu -> [conv3-192 -> relu]*11 -> conv1-1 -> relu -> fc-256 -> relu -> fc-1 -> tanh",
    );
    assert_eq!(params(&counts), 3_980_162);
}

#[test]
fn traffic_signs_and_digits() {
    let (_, counts) = chain(
        "input 48x48x3 -> conv7-100(pad=0) -> tanh -> maxpool -> conv4-150(pad=0) -> tanh -> maxpool
        -> conv4-250(pad=0) -> tanh -> maxpool -> fc-300 -> tanh -> fc-43 -> softmax",
    );
    assert_eq!(params(&counts), 1_543_443);
    let (_, counts) = chain(
        "input 29x29x1 -> conv4-20(pad=0) -> tanh -> maxpool -> conv5-40(pad=0) -> tanh -> maxpool3 -> fc-150 -> tanh -> fc-10",
    );
    assert_eq!(params(&counts), 76_040);
}

#[test]
fn maxout_on_cifar() {
    let (_, counts) = sound(
        "#[rounding(ceil)] struct Maxout { input 32x32x3
        -> conv8-192(pad=4) -> maxout -> maxpool4/2 -> 16x16x96
        -> conv8-384(pad=3) -> maxout -> maxpool4/2 -> 7x7x192
        -> conv5-384(pad=3) -> maxout -> maxpool2/2 -> 5x5x192
        -> fc-2500 -> maxout(5) -> fc-10 -> softmax }",
    );
    assert_eq!(params(&counts), 16_247_830);
}

pub const RESNET: &str = "
    block down(c) = conv1-c/2(bias=false) -> bn;
    block first(c) = (conv3-c/2(bias=false) @ conv1 -> bn @ bn1 -> relu -> conv3-c(bias=false) @ conv2 -> bn @ bn2
        + down(c) @ downsample) -> relu;
    block basic(c) = (conv3-c(bias=false) @ conv1 -> bn @ bn1 -> relu -> conv3-c(bias=false) @ conv2 -> bn @ bn2 + skip)
        -> relu;
    input 224x224x3 -> conv7-64/2(bias=false) @ conv1 -> bn @ bn1 -> relu -> maxpool3/2(pad=1)
    -> basic(64)*2 @ layer1
    -> [first(128) -> basic(128)] @ layer2
    -> [first(256) -> basic(256)] @ layer3
    -> [first(512) -> basic(512)] @ layer4
    -> 7x7x512 -> gap -> fc-1000 @ fc";

#[test]
fn resnets() {
    let (_, counts) = sound(&format!("#[rounding(floor)] struct ResNet18 {{ {RESNET} }}"));
    assert_eq!((params(&counts), field(&counts), stride(&counts)), (11_689_512, 435, 32));
    assert_eq!(macs(&counts), 1_814_073_344);
    let (_, counts) = sound(
        "#[rounding(floor)] struct ResNet50 {
        block wide(c, k, s) = (
            conv1-c(bias=false) @ conv1 -> bn @ bn1 -> relu -> conv3-c/s(bias=false) @ conv2 -> bn @ bn2 -> relu
            -> conv1-k(bias=false) @ conv3 -> bn @ bn3
            + [conv1-k/s(bias=false) -> bn] @ downsample) -> relu;
        block bottleneck(c, k) = (
            conv1-c(bias=false) @ conv1 -> bn @ bn1 -> relu -> conv3-c(bias=false) @ conv2 -> bn @ bn2 -> relu
            -> conv1-k(bias=false) @ conv3 -> bn @ bn3 + skip) -> relu;
        input 224x224x3 -> conv7-64/2(bias=false) @ conv1 -> bn @ bn1 -> relu -> maxpool3/2(pad=1)
        -> [wide(64, 256, 1) -> bottleneck(64, 256)*2] @ layer1
        -> [wide(128, 512, 2) -> bottleneck(128, 512)*3] @ layer2
        -> [wide(256, 1024, 2) -> bottleneck(256, 1024)*5] @ layer3
        -> [wide(512, 2048, 2) -> bottleneck(512, 2048)*2] @ layer4
        -> gap -> fc-1000 @ fc }",
    );
    assert_eq!((params(&counts), macs(&counts)), (25_557_032, 4_089_184_256));
}

#[test]
fn googlenet() {
    let (graph, counts) = sound(
        "#[rounding(ceil)] struct GoogLeNet {
        block cell1(k) = conv1-k(bias=false) @ conv -> bn(eps=1e-3) @ bn -> relu;
        block cell3(k) = conv3-k(bias=false) @ conv -> bn(eps=1e-3) @ bn -> relu;
        block inception(a, br, b, cr, c, d) = (
            cell1(a) @ branch1
            | [cell1(br) -> cell3(b)] @ branch2
            | [cell1(cr) -> cell3(c)] @ branch3
            | [maxpool3/1(pad=1) -> cell1(d)] @ branch4);
        input 224x224x3
        -> [conv7-64/2(bias=false) @ conv -> bn(eps=1e-3) @ bn -> relu] @ conv1 -> maxpool3/2
        -> cell1(64) @ conv2 -> cell3(192) @ conv3 -> maxpool3/2 -> 28x28x192
        -> inception(64, 96, 128, 16, 32, 32) @ inception3a
        -> inception(128, 128, 192, 32, 96, 64) @ inception3b -> maxpool3/2 -> 14x14x480
        -> inception(192, 96, 208, 16, 48, 64) @ inception4a
        -> inception(160, 112, 224, 24, 64, 64) @ inception4b
        -> inception(128, 128, 256, 24, 64, 64) @ inception4c
        -> inception(112, 144, 288, 32, 64, 64) @ inception4d
        -> inception(256, 160, 320, 32, 128, 128) @ inception4e -> maxpool2/2 -> 7x7x832
        -> inception(256, 160, 320, 32, 128, 128) @ inception5a
        -> inception(384, 192, 384, 48, 128, 128) @ inception5b -> 7x7x1024
        -> gap -> dropout(0.2) -> fc-1000 @ fc }",
    );
    assert_eq!(params(&counts), 6_624_904);
    assert_eq!(super::keys(&graph)[6], "inception3a.branch1.conv");
    assert_eq!(super::keys(&graph)[8], "inception3a.branch2.0.conv");
}

#[test]
fn mobilenet() {
    let (_, counts) = sound(
        "#[rounding(floor)] struct MobileNet {
        block separable(k, s) = dwconv3/s(bias=false) -> bn -> relu -> conv1-k(bias=false) -> bn -> relu;
        input 224x224x3 -> conv3-32/2(bias=false) -> bn -> relu
        -> separable(64, 1) -> separable(128, 2) -> separable(128, 1) -> separable(256, 2) -> separable(256, 1)
        -> separable(512, 2) -> separable(512, 1)*5 -> separable(1024, 2) -> separable(1024, 1)
        -> gap -> fc-1000 -> softmax }",
    );
    assert_eq!(params(&counts), 4_231_976);
    assert_eq!(macs(&counts), 568_740_352);
}

#[test]
fn zeiler_and_fergus() {
    let (_, counts) = sound(
        "#[rounding(ceil)] struct Zf { input 224x224x3
        -> conv7-96/2(pad=3) -> relu -> lrn(n=3, within) -> maxpool3/2(pad=1)
        -> conv5-256/2 -> relu -> lrn(n=3, within) -> maxpool3/2(pad=1)
        -> conv3-384 -> relu -> conv3-384 -> relu -> conv3-256 -> relu }",
    );
    assert_eq!((field(&counts), stride(&counts)), (139, 16));
}

#[test]
fn windows_in_other_shapes() {
    let (graph, _) = chain("input 64x101x1 -> conv41x11-32/2x2(pad=20x5, floor) -> conv21x11-32/2x1(pad=10x5, floor)");
    let volume = graph.nodes.last().map(|node| node.volume);
    assert_eq!(volume, Some(Volume::Map { height: 16, width: 51, depth: 32 }));
    let (graph, _) =
        chain("input 33x33x8 -> conv3-8(dilation=2) -> 33x33x8 -> conv2-8/2(same) -> 17x17x8 -> upsample2 -> 34x34x8");
    assert_eq!(graph.nodes.len(), 4);
    let (_, counts) = chain("input 32x32x4 -> conv3-4 -> maxpool -> upsample2 -> conv3-4 -> conv3-4");
    assert_eq!((field(&counts), stride(&counts)), (8, 1));
}

#[test]
fn deep_pose() {
    let (_, counts) = sound(
        "#[rounding(floor)] struct DeepPose { input 220x220x3
        -> conv11-96/4(pad=0) -> relu -> lrn -> maxpool3/2 -> conv5-256 -> relu -> lrn -> maxpool3/2
        -> [conv3-384 -> relu]*2 -> conv3-256 -> relu -> maxpool3/2 -> [fc-4096 -> relu -> dropout(0.6)]*2 -> fc-28 }",
    );
    assert_eq!(params(&counts), 46_861_724);
}

#[test]
fn discriminator() {
    let (_, counts) = chain(
        "block layer(k) = conv4-k/2(pad=1, bias=false) -> bn -> leaky_relu(0.2);
        input 64x64x3 -> conv4-64/2(pad=1, bias=false) -> leaky_relu(0.2) -> layer(128) -> layer(256) -> layer(512)
        -> 4x4x512 -> conv4-1(pad=0, bias=false) -> sigmoid",
    );
    assert_eq!(params(&counts), 2_765_568);
}

#[test]
fn region_proposals() {
    let (_, counts) = chain(&format!(
        "input 224x224x3 -> [{VGG_D}] @ features -> conv3-512 @ rpn -> relu -> {{ scores: conv1-18, boxes: conv1-36 }}"
    ));
    assert_eq!(params(&counts), 14_714_688 + 2_387_510);
}

#[test]
fn scene_labelling_at_three_scales() {
    let (graph, counts) = chain(
        "block trunk() = conv7-16 -> tanh -> maxpool -> conv7-64 -> tanh -> maxpool -> conv7-256;
        input 64x64x3
        -> (shared trunk() | maxpool -> shared trunk() -> upsample2 | maxpool4 -> shared trunk() -> upsample4)
        -> 16x16x768 -> conv1-1024 -> tanh -> conv1-8",
    );
    assert_eq!(graph.weights.len(), 5);
    assert_eq!(params(&counts), 855_680 + 768 * 1024 + 1024 + 1024 * 8 + 8);
}
