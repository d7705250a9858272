use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-64(pad=1, same) -> relu
    }
}

fn main() {}
