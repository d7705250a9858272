//! Going deeper with convolutions (Szegedy 2014) as torchvision has it, without the auxiliary classifiers: batch norms,
//! no biases, and 3x3 where the paper has 5x5.

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// torchvision's `googlenet`.
    #[rounding(ceil)]
    pub struct GoogLeNet {
        block one(c) = conv1-c(bias=false) @ conv -> bn(eps=1e-3) @ bn -> relu;
        block three(c) = conv3-c(bias=false) @ conv -> bn(eps=1e-3) @ bn -> relu;
        block inception(a, b, c, d, e, f) = (
            one(a) @ branch1
            | [one(b) -> three(c)] @ branch2
            | [one(d) -> three(e)] @ branch3
            | [maxpool3/1(pad=1) -> one(f)] @ branch4
        );
        block stem() = conv7-64/2(bias=false) @ conv -> bn(eps=1e-3) @ bn -> relu;

        input 224x224x3
        -> stem() @ conv1 -> maxpool3/2
        -> one(64) @ conv2 -> three(192) @ conv3 -> maxpool3/2
        -> inception(64, 96, 128, 16, 32, 32) @ inception3a
        -> inception(128, 128, 192, 32, 96, 64) @ inception3b -> maxpool3/2
        -> inception(192, 96, 208, 16, 48, 64) @ inception4a
        -> inception(160, 112, 224, 24, 64, 64) @ inception4b
        -> inception(128, 128, 256, 24, 64, 64) @ inception4c
        -> inception(112, 144, 288, 32, 64, 64) @ inception4d
        -> inception(256, 160, 320, 32, 128, 128) @ inception4e -> maxpool
        -> inception(256, 160, 320, 32, 128, 128) @ inception5a
        -> inception(384, 192, 384, 48, 128, 128) @ inception5b
        -> 7x7x1024 -> gap -> dropout(0.2) -> FC-1000 @ fc
        -> soft-max
    }
}

const _: () = {
    assert!(GoogLeNet::PARAMS == 6_624_904);
    assert!(GoogLeNet::MACS == 1_498_376_192);
    assert!(is(GoogLeNet::RECEPTIVE_FIELD, 379) && is(GoogLeNet::STRIDE, 32));
};
