use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 100x100x3
        -> [conv3-64 -> relu -> maxpool]*5
        -> FC-10
    }
}

fn main() {}
