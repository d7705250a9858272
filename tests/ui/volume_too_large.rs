use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 4294967296x4294967296x4 -> conv3-8 -> FC-10
    }
}

fn main() {}
