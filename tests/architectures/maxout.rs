//! Networks with two players or with many pieces: Maxout (Goodfellow 2013) and the discriminator of a generative
//! adversarial net (Goodfellow 2014) in the form of DCGAN (Radford 2015).

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// Maxout's network for CIFAR-10: each unit is the largest of two, the last ones of five linear functions.
    #[rounding(ceil)]
    pub struct Maxout {
        input 32x32x3
        -> conv8-192(pad=4) -> maxout(2) -> maxpool4/2 -> 16x16x96
        -> conv8-384(pad=3) -> maxout(2) -> maxpool4/2 -> 7x7x192
        -> conv5-384(pad=3) -> maxout(2) -> maxpool -> 5x5x192
        -> FC-2500 -> maxout(5) -> 500
        -> FC-10
        -> soft-max
    }
}

network! {
    /// 64x64 pixels are real or made up.
    pub struct Discriminator {
        block halve(c) = conv4-c/2(pad=1, bias=false) -> bn -> leaky_relu(0.2);

        input 64x64x3
        -> conv4-64/2(pad=1, bias=false) -> leaky_relu(0.2)
        -> halve(128) -> halve(256) -> halve(512)
        -> 4x4x512 -> conv4-1(pad=0, bias=false) -> 1x1x1 -> sigmoid
    }
}

const _: () = {
    assert!(Maxout::PARAMS == 16_247_830);
    assert!(Maxout::MACS == 732_290_696);
    assert!(is(Maxout::RECEPTIVE_FIELD, 51) && is(Maxout::STRIDE, 8));

    assert!(Discriminator::PARAMS == 2_765_568);
    assert!(Discriminator::MACS == 103_817_216);
    assert!(is(Discriminator::RECEPTIVE_FIELD, 94) && is(Discriminator::STRIDE, 16));
};
