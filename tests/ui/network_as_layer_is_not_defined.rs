use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 224x224x3 -> VggBody -> 7x7x64 -> FC-10
    }
}

fn main() {}
