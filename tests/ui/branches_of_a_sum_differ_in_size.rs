use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x64
        -> (conv3-64/2(pad=1, floor) + conv1-64)
        -> relu
    }
}

fn main() {}
