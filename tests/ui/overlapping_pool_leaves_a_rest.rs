use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 28x28x1 -> conv5-20 -> maxpool3/2 -> FC-10
    }
}

fn main() {}
