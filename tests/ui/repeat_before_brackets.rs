use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> 2*[conv3-64 -> relu] -> FC-10
    }
}

fn main() {}
