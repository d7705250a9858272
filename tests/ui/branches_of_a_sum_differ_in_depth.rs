use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x64
        -> (conv3-128 -> bn -> relu -> conv3-128 -> bn + skip)
        -> relu
    }
}

fn main() {}
