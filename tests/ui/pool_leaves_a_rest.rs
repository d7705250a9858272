use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 7x7x3 -> conv3-8 -> maxpool -> FC-10
    }
}

fn main() {}
