//! Very deep convolutional networks (Simonyan & Zisserman 2014): the lecture's table, column by column.

use convnet_runtime::prelude::*;

use crate::is;
pub use crate::vgg_d::VggD;

network! {
    /// Configuration A: 11 weight layers.
    pub struct VggA {
        input 224x224x3
        -> [conv3-64 -> relu
            -> maxpool
            -> conv3-128 -> relu
            -> maxpool
            -> conv3-256 -> relu -> conv3-256 -> relu
            -> maxpool
            -> conv3-512 -> relu -> conv3-512 -> relu
            -> maxpool
            -> conv3-512 -> relu -> conv3-512 -> relu
            -> maxpool] @ features
        -> [FC-4096 -> relu -> dropout
            -> FC-4096 -> relu -> dropout
            -> FC-1000] @ classifier
        -> soft-max
    }
}

network! {
    /// Configuration A-LRN: A with a local response normalisation.
    pub struct VggALrn {
        input 224x224x3
        -> conv3-64 -> relu -> LRN
        -> maxpool
        -> conv3-128 -> relu
        -> maxpool
        -> conv3-256 -> relu -> conv3-256 -> relu
        -> maxpool
        -> conv3-512 -> relu -> conv3-512 -> relu
        -> maxpool
        -> conv3-512 -> relu -> conv3-512 -> relu
        -> maxpool
        -> FC-4096 -> relu -> dropout
        -> FC-4096 -> relu -> dropout
        -> FC-1000
        -> soft-max
    }
}

network! {
    /// Configuration B: 13 weight layers.
    pub struct VggB {
        input 224x224x3
        -> [[conv3-64 -> relu]*2 -> maxpool
            -> [conv3-128 -> relu]*2 -> maxpool
            -> [conv3-256 -> relu]*2 -> maxpool
            -> [[conv3-512 -> relu]*2 -> maxpool]*2] @ features
        -> [[FC-4096 -> relu -> dropout]*2 -> FC-1000] @ classifier
        -> soft-max
    }
}

network! {
    /// Configuration C: 16 weight layers, three of them 1x1.
    pub struct VggC {
        input 224x224x3
        -> [conv3-64 -> relu]*2 -> maxpool
        -> [conv3-128 -> relu]*2 -> maxpool
        -> [conv3-256 -> relu]*2 -> conv1-256 -> relu -> maxpool
        -> [[conv3-512 -> relu]*2 -> conv1-512 -> relu -> maxpool]*2
        -> [FC-4096 -> relu -> dropout]*2
        -> FC-1000
        -> soft-max
    }
}

network! {
    /// Configuration E: 19 weight layers.
    pub struct VggE {
        input 224x224x3
        -> [[conv3-64 -> relu]*2 -> maxpool
            -> [conv3-128 -> relu]*2 -> maxpool
            -> [conv3-256 -> relu]*4 -> maxpool
            -> [[conv3-512 -> relu]*4 -> maxpool]*2] @ features
        -> [[FC-4096 -> relu -> dropout]*2 -> FC-1000] @ classifier
        -> soft-max
    }
}

const _: () = {
    assert!(VggA::PARAMS == 132_863_336);
    assert!(VggALrn::PARAMS == 132_863_336);
    assert!(VggB::PARAMS == 133_047_848);
    assert!(VggC::PARAMS == 133_638_952);
    assert!(VggD::PARAMS == 138_357_544);
    assert!(VggE::PARAMS == 143_667_240);

    assert!(VggA::MACS == 7_609_090_048);
    assert!(VggALrn::MACS == 7_609_090_048);
    assert!(VggB::MACS == 11_308_466_176);
    assert!(VggC::MACS == 11_770_888_192);
    assert!(VggD::MACS == 15_470_264_320);
    assert!(VggE::MACS == 19_632_062_464);

    assert!(is(VggA::RECEPTIVE_FIELD, 150) && is(VggA::STRIDE, 32));
    assert!(is(VggB::RECEPTIVE_FIELD, 156) && is(VggB::STRIDE, 32));
    assert!(is(VggC::RECEPTIVE_FIELD, 156) && is(VggC::STRIDE, 32));
    assert!(is(VggD::RECEPTIVE_FIELD, 212) && is(VggD::STRIDE, 32));
    assert!(is(VggE::RECEPTIVE_FIELD, 268) && is(VggE::STRIDE, 32));

    // The largest neighbours are the first two volumes of 64 channels, 25.7 MB: the second never exists unpooled.
    assert!(VggD::ACTIVATION_BYTES < 25_690_112);
};

#[test]
fn the_lectures_table_of_parameters() {
    let millions = [VggA::PARAMS, VggALrn::PARAMS, VggB::PARAMS, VggC::PARAMS, VggD::PARAMS, VggE::PARAMS]
        .map(|params| (params as f64 / 1e6).round() as u64);
    assert_eq!(millions, [133, 133, 133, 134, 138, 144]);
}
