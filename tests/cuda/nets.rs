//! The networks whose kernels are compiled and run.

use convnet_runtime::prelude::*;

#[path = "../architectures/caffe_lenet.rs"]
mod caffe_lenet;
#[path = "../architectures/vgg_d.rs"]
mod vgg_d;

pub use caffe_lenet::LeNet;
pub use vgg_d::VggD;

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
