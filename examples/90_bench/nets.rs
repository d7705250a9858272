//! The networks, as the other libraries run them: without dropout and softmax.

use convnet_runtime::prelude::*;

#[path = "../../tests/architectures/googlenet.rs"]
#[allow(dead_code)]
mod googlenet;
#[path = "../../tests/architectures/mobilenet.rs"]
#[allow(dead_code)]
mod mobilenet;
#[path = "../../tests/architectures/resnet.rs"]
#[allow(dead_code)]
mod resnet;

pub use googlenet::GoogLeNet;
pub use mobilenet::MobileNet;
pub use resnet::ResNet50;

/// One declaration with other attributes.
macro_rules! vgg_d {
    ($(#[$($attribute:tt)*])* $name:ident) => {
        network! {
            $(#[$($attribute)*])*
            pub struct $name {
                input 224x224x3
                -> [conv3-64 -> relu]*2 -> maxpool
                -> [conv3-128 -> relu]*2 -> maxpool
                -> [conv3-256 -> relu]*3 -> maxpool
                -> [[conv3-512 -> relu]*3 -> maxpool]*2
                -> [FC-4096 -> relu]*2 -> FC-1000
            }
        }
    };
}

vgg_d! {
    /// VGG, configuration D (Simonyan & Zisserman 2014).
    VggD
}

vgg_d! {
    /// The same, allowed larger Winograd tiles.
    #[conv(fastest)]
    VggDFastest
}

/// One declaration with other attributes.
macro_rules! alexnet {
    ($(#[$($attribute:tt)*])* $name:ident) => {
        network! {
            $(#[$($attribute)*])*
            #[rounding(floor)]
            pub struct $name {
                input 224x224x3
                -> conv11-64/4(pad=2) -> relu -> maxpool3/2
                -> conv5-192 -> relu -> maxpool3/2
                -> conv3-384 -> relu -> [conv3-256 -> relu]*2 -> maxpool3/2
                -> [FC-4096 -> relu]*2 -> FC-1000
            }
        }
    };
}

alexnet! {
    /// torchvision's `alexnet`.
    AlexNet
}

alexnet! {
    /// The same, its fully connected weights read in half precision.
    #[weights(f16)]
    AlexNetHalf
}

network! {
    /// LeNet-5 on 28x28, with `relu`.
    pub struct LeNet5 {
        input 28x28x1
        -> conv5-6(pad=0) -> relu -> maxpool
        -> conv5-16(pad=0) -> relu -> maxpool
        -> FC-120 -> relu -> FC-84 -> relu -> FC-10
    }
}

network! {
    /// A VGG for images of 32x32.
    pub struct CifarVgg {
        input 32x32x3
        -> [conv3-64 -> relu]*2 -> maxpool
        -> [conv3-128 -> relu]*2 -> maxpool
        -> [conv3-256 -> relu]*2 -> maxpool
        -> FC-256 -> relu -> FC-10
    }
}
