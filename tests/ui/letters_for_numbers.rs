use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> [[conv3-64 -> relu]*N -> maxpool]*M -> FC-10
    }
}

fn main() {}
