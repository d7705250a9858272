use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32, 32, 3 -> conv3-8 -> FC-10
    }
}

fn main() {}
