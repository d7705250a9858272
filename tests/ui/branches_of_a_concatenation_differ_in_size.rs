use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 28x28x192
        -> (conv1-64 | conv3-96 -> conv3-128 | maxpool3/2(ceil) -> conv1-32)
        -> FC-10
    }
}

fn main() {}
