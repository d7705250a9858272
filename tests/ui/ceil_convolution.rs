use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-64/2(ceil) -> FC-10
    }
}

fn main() {}
