use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 0x28x28 -> conv3-8 -> FC-10
    }
}

fn main() {}
