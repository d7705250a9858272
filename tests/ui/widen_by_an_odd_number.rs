use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x16 -> widen-19 -> relu
    }
}

fn main() {}
