use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 10x9x3 -> maxpool2x3 -> maxpool -> FC-10
    }
}

fn main() {}
