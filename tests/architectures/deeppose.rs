//! DeepPose (Toshev & Szegedy 2014): AlexNet without groups gives coordinates.

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// 14 joints, two coordinates each.
    #[rounding(floor)]
    pub struct DeepPose {
        input 220x220x3
        -> conv11-96/4(pad=0) -> relu -> lrn -> maxpool3/2
        -> conv5-256 -> relu -> lrn -> maxpool3/2
        -> [conv3-384 -> relu]*2
        -> conv3-256 -> relu -> maxpool3/2
        -> 5x5x256 -> [FC-4096 -> relu -> dropout(0.6)]*2
        -> FC-28
    }
}

const _: () = {
    assert!(DeepPose::PARAMS == 46_861_724);
    assert!(DeepPose::MACS == 1_002_235_680);
    assert!(is(DeepPose::RECEPTIVE_FIELD, 195) && is(DeepPose::STRIDE, 32));
};
