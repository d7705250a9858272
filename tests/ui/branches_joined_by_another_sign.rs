use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-16 -> (conv3-16 - skip) -> (conv3-16) + skip
    }
}

fn main() {}
