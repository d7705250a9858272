use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-8 @ first -> relu -> conv3-8 @ first -> FC-10
    }
}

fn main() {}
