use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv4-64/2 -> relu
    }
}

fn main() {}
