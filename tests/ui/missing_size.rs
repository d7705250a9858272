use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv-64 -> relu -> FC-10
    }
}

fn main() {}
