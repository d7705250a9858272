//! The networks whose kernels are compiled and run.

use convnet_runtime::prelude::*;

network! {
    /// Caffe's.
    pub struct LeNet {
        input 28x28x1
        -> conv5-20(pad=0) -> maxpool -> conv5-50(pad=0) -> maxpool
        -> FC-500 -> relu -> FC-10 -> softmax
    }
}

network! {
    /// VGG's body on small images.
    pub struct CifarVgg {
        input 32x32x3
        -> [conv3-64 -> relu]*2 -> maxpool
        -> [conv3-128 -> relu]*2 -> maxpool
        -> [conv3-256 -> relu]*3 -> maxpool
        -> [conv3-512 -> relu]*3 -> maxpool
        -> [conv3-512 -> relu]*3 -> maxpool
        -> fc-10 -> softmax
    }
}

network! {
    /// Simonyan and Zisserman's configuration D.
    pub struct VggD {
        input 224x224x3
        -> [conv3-64 -> relu]*2 -> maxpool
        -> [conv3-128 -> relu]*2 -> maxpool
        -> [conv3-256 -> relu]*3 -> maxpool
        -> [[conv3-512 -> relu]*3 -> maxpool]*2
        -> [FC-4096 -> relu -> dropout]*2 -> FC-1000
        -> soft-max
    }
}

network! {
    /// torchvision's `resnet18`.
    #[rounding(floor)]
    pub struct ResNet18 {
        block basic(c) = (conv3-c(bias=false) -> bn -> relu -> conv3-c(bias=false) -> bn + skip) -> relu;
        block halve(c) = (
            conv3-c/2(bias=false) -> bn -> relu -> conv3-c(bias=false) -> bn
            + conv1-c/2(bias=false) -> bn
        ) -> relu;

        input 224x224x3
        -> conv7-64/2(bias=false) -> bn -> relu -> maxpool3/2(pad=1)
        -> basic(64)*2
        -> halve(128) -> basic(128)
        -> halve(256) -> basic(256)
        -> halve(512) -> basic(512)
        -> gap -> FC-1000
        -> soft-max
    }
}

network! {
    /// MobileNet v1 1.0-224.
    #[rounding(floor)]
    pub struct MobileNet {
        block separable(s, c) = dwconv3/s(bias=false) -> bn -> relu -> conv1-c(bias=false) -> bn -> relu;

        input 224x224x3
        -> conv3-32/2(bias=false) -> bn -> relu
        -> separable(1, 64)
        -> separable(2, 128) -> separable(1, 128)
        -> separable(2, 256) -> separable(1, 256)
        -> separable(2, 512) -> separable(1, 512)*5
        -> separable(2, 1024) -> separable(1, 1024)
        -> gap -> FC-1000
        -> soft-max
    }
}

network! {
    /// The discriminator of DCGAN.
    #[rounding(floor)]
    pub struct Discriminator {
        input 64x64x3
        -> conv5-64/2(pad=2) -> leaky_relu(0.2)
        -> conv5-128/2(pad=2, bias=false) -> bn -> leaky_relu(0.2)
        -> conv5-256/2(pad=2, bias=false) -> bn -> leaky_relu(0.2)
        -> conv5-512/2(pad=2, bias=false) -> bn -> leaky_relu(0.2)
        -> fc-1
    }
}
