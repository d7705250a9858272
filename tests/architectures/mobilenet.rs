//! MobileNets (Howard 2017): depthwise separable convolutions.

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// MobileNet v1 1.0-224.
    #[rounding(floor)]
    pub struct MobileNet {
        block separable(s, c) =
            dwconv3/s(bias=false) -> bn -> relu
            -> conv1-c(bias=false) -> bn -> relu;

        input 224x224x3
        -> conv3-32/2(bias=false) -> bn -> relu
        -> separable(1, 64)
        -> separable(2, 128) -> separable(1, 128)
        -> separable(2, 256) -> separable(1, 256)
        -> separable(2, 512) -> separable(1, 512)*5
        -> separable(2, 1024) -> separable(1, 1024)
        -> 7x7x1024 -> gap -> FC-1000
        -> soft-max
    }
}

const _: () = {
    assert!(MobileNet::PARAMS == 4_231_976);
    assert!(MobileNet::MACS == 568_740_352);
    assert!(is(MobileNet::RECEPTIVE_FIELD, 315) && is(MobileNet::STRIDE, 32));
};
