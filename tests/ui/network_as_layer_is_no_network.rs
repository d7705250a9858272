use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 8x8x3 -> Sgd -> 10
    }
}

fn main() {}
