use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x4 -> conv3-63(groups=2) -> relu
    }
}

fn main() {}
