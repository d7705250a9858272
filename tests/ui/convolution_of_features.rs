use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 784 -> conv3-64 -> relu -> FC-10
    }
}

fn main() {}
