//! Faster R-CNN (Ren 2015): a body, the heads that propose regions, and the classifier of a region that has been pooled to
//! a fixed size. Two bodies: VGG D, used as a layer of the network of heads, and that of Zeiler & Fergus (2014).

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// The convolutions of VGG D up to the last.
    pub struct VggBody {
        input 224x224x3
        -> [[conv3-64 -> relu]*2 -> maxpool
            -> [conv3-128 -> relu]*2 -> maxpool
            -> [conv3-256 -> relu]*3 -> maxpool
            -> [conv3-512 -> relu]*3 -> maxpool
            -> [conv3-512 -> relu]*3] @ features
    }
}

network! {
    /// At each position, nine boxes: whether there is something, and where exactly.
    pub struct VggProposals {
        input 224x224x3
        -> VggBody -> 14x14x512
        -> conv3-512 -> relu
        -> { scores: conv1-18, boxes: conv1-36 }
    }
}

network! {
    /// 20 classes and the background, a box for each.
    pub struct VggRegion {
        input 7x7x512
        -> [FC-4096 -> relu -> dropout]*2
        -> { classes: FC-21 -> softmax, boxes: FC-84 }
    }
}

network! {
    /// The body of Zeiler & Fergus with its heads.
    #[rounding(ceil)]
    pub struct ZfProposals {
        input 224x224x3
        -> conv7-96/2(pad=3) -> relu -> lrn(n=3, within) -> maxpool3/2(pad=1)
        -> conv5-256/2(pad=2) -> relu -> lrn(n=3, within) -> maxpool3/2(pad=1)
        -> [conv3-384 -> relu]*2
        -> conv3-256 -> relu @ conv5
        -> { rpn: conv3-256 -> relu -> { scores: conv1-18, boxes: conv1-36 } }
    }
}

network! {
    /// As [`VggRegion`], on regions of 6x6.
    pub struct ZfRegion {
        input 6x6x256
        -> [FC-4096 -> relu -> dropout]*2
        -> { classes: FC-21 -> softmax, boxes: FC-84 }
    }
}

const _: () = {
    assert!(VggBody::PARAMS == 14_714_688);
    assert!(is(VggBody::RECEPTIVE_FIELD, 196) && is(VggBody::STRIDE, 16));
    assert!(VggProposals::PARAMS == 14_714_688 + 2_387_510);
    assert!(VggProposals::MACS == VggBody::MACS + 14 * 14 * 512 * (9 * 512 + 18 + 36));
    assert!(VggRegion::PARAMS == 119_976_041);
    assert!(VggProposals::PARAMS + VggRegion::PARAMS == 137_078_239);

    // 139 by its convolutions and pools; what a normalisation sees around a position does not count.
    assert!(is(ZfProposals::RECEPTIVE_FIELD, 139) && is(ZfProposals::STRIDE, 16));
    assert!(ZfProposals::PARAMS + ZfRegion::PARAMS == 59_294_751);
};
