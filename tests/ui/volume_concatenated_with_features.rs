use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 28x28x3 -> (conv3-8 | FC-100) -> FC-10
    }
}

fn main() {}
