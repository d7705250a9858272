use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 16x16x3 -> conv5-8(pad=0, dilation=4) -> relu
    }
}

fn main() {}
