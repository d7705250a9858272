//! The networks whose kernels are compiled and run.

use convnet_runtime::prelude::*;

#[path = "../architectures/mobilenet.rs"]
#[allow(dead_code)]
mod mobilenet;
#[path = "../architectures/resnet.rs"]
#[allow(dead_code)]
mod resnet;

pub use mobilenet::MobileNet;
pub use resnet::ResNet18;

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
