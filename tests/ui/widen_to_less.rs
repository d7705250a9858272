use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x64 -> widen-32 -> relu
    }
}

fn main() {}
