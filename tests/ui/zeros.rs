use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-0 -> conv0-8 -> conv3-8/0 -> conv3-8(groups=0) -> conv3-8(dilation=0) -> FC-0
    }
}

fn main() {}
