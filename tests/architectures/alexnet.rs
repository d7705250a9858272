//! AlexNet, in the form of 2012 and in that of torchvision ("one weird trick", 2014).

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// ImageNet classification with deep convolutional neural networks (Krizhevsky 2012): two groups, as on two GPUs.
    pub struct AlexNet {
        input 227x227x3
        -> conv11-96/4(pad=0) -> relu -> lrn -> maxpool3/2
        -> conv5-256(groups=2) -> relu -> lrn -> maxpool3/2
        -> conv3-384 -> relu
        -> conv3-384(groups=2) -> relu
        -> conv3-256(groups=2) -> relu -> maxpool3/2 @ pool5
        -> [FC-4096 -> relu -> dropout]*2
        -> FC-1000
        -> soft-max
    }
}

network! {
    /// torchvision's `alexnet`.
    #[rounding(floor)]
    pub struct TorchvisionAlexNet {
        input 224x224x3
        -> [conv11-64/4(pad=2) -> relu -> maxpool3/2
            -> conv5-192 -> relu -> maxpool3/2
            -> conv3-384 -> relu
            -> conv3-256 -> relu
            -> conv3-256 -> relu -> maxpool3/2] @ features
        -> [dropout -> FC-4096 -> relu
            -> dropout -> FC-4096 -> relu
            -> FC-1000] @ classifier
        -> soft-max
    }
}

const _: () = {
    assert!(AlexNet::PARAMS == 60_965_224);
    assert!(AlexNet::MACS == 724_406_816);
    assert!(is(AlexNet::RECEPTIVE_FIELD, 195) && is(AlexNet::STRIDE, 32));

    assert!(TorchvisionAlexNet::PARAMS == 61_100_840);
    assert!(TorchvisionAlexNet::MACS == 714_188_480);
    assert!(is(TorchvisionAlexNet::RECEPTIVE_FIELD, 195) && is(TorchvisionAlexNet::STRIDE, 32));
};
