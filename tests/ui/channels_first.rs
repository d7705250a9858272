use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 3x224x224 -> conv3-64 -> relu -> maxpool -> FC-10
    }
}

fn main() {}
