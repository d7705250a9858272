use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 1e5x3 -> conv3-8 -> FC-10
    }
}

fn main() {}
