use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 224x224x3
        -> [conv3-64 -> relu -> maxpool]*5
        -> 8x8x64
        -> FC-10
    }
}

fn main() {}
