use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        conv3-8 -> relu -> FC-10
    }
}

fn main() {}
