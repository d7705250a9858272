//! Deep residual networks (He 2015) as torchvision has them.

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// torchvision's `resnet18`.
    #[rounding(floor)]
    pub struct ResNet18 {
        block basic(c) = (
            conv3-c(bias=false) @ conv1 -> bn @ bn1 -> relu -> conv3-c(bias=false) @ conv2 -> bn @ bn2
            + skip
        ) -> relu;
        block halve(c) = (
            conv3-c/2(bias=false) @ conv1 -> bn @ bn1 -> relu -> conv3-c(bias=false) @ conv2 -> bn @ bn2
            + [conv1-c/2(bias=false) -> bn] @ downsample
        ) -> relu;

        input 224x224x3
        -> conv7-64/2(bias=false) @ conv1 -> bn @ bn1 -> relu -> maxpool3/2(pad=1)
        -> basic(64)*2 @ layer1
        -> [halve(128) -> basic(128)] @ layer2
        -> [halve(256) -> basic(256)] @ layer3
        -> [halve(512) -> basic(512)] @ layer4
        -> 7x7x512 -> gap -> FC-1000 @ fc
        -> soft-max
    }
}

network! {
    /// torchvision's `resnet50`: the stride stands in the 3x3 convolution.
    #[rounding(floor)]
    pub struct ResNet50 {
        block bottleneck(c, d) = (
            conv1-c(bias=false) @ conv1 -> bn @ bn1 -> relu
            -> conv3-c(bias=false) @ conv2 -> bn @ bn2 -> relu
            -> conv1-d(bias=false) @ conv3 -> bn @ bn3
            + skip
        ) -> relu;
        block project(c, d, s) = (
            conv1-c(bias=false) @ conv1 -> bn @ bn1 -> relu
            -> conv3-c/s(bias=false) @ conv2 -> bn @ bn2 -> relu
            -> conv1-d(bias=false) @ conv3 -> bn @ bn3
            + [conv1-d/s(bias=false) -> bn] @ downsample
        ) -> relu;

        input 224x224x3
        -> conv7-64/2(bias=false) @ conv1 -> bn @ bn1 -> relu -> maxpool3/2(pad=1)
        -> [project(64, 256, 1) -> bottleneck(64, 256)*2] @ layer1
        -> [project(128, 512, 2) -> bottleneck(128, 512)*3] @ layer2
        -> [project(256, 1024, 2) -> bottleneck(256, 1024)*5] @ layer3
        -> [project(512, 2048, 2) -> bottleneck(512, 2048)*2] @ layer4
        -> 7x7x2048 -> gap -> FC-1000 @ fc
        -> soft-max
    }
}

const _: () = {
    assert!(ResNet18::PARAMS == 11_689_512);
    assert!(ResNet18::MACS == 1_814_073_344);
    assert!(is(ResNet18::RECEPTIVE_FIELD, 435) && is(ResNet18::STRIDE, 32));

    assert!(ResNet50::PARAMS == 25_557_032);
    assert!(ResNet50::MACS == 4_089_184_256);
    assert!(is(ResNet50::RECEPTIVE_FIELD, 427) && is(ResNet50::STRIDE, 32));
};
