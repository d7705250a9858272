use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3
        -> 3x3 conv, 64, /2 -> conv3-64 stride 2 -> 3x3 max pool
        -> conv3-128, padding same -> fc-10
    }
}

fn main() {}
