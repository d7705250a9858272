use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        block stage(c, n) = [conv3-c -> rleu]*n -> maxpool;

        input 224x224x3
        -> conv7-64/2(pad=2) -> relu -> maxpool3/2
        -> stage(128) -> stage(256, 2)
        -> conv3-256(groups=3, paddign=1)
        -> (conv3-64 + skip)
        -> lrn(n=2)
        -> FC-1000 -> softmax -> relu
    }
}

fn main() {}
