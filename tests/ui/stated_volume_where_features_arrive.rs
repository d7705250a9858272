use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 28x28x1 -> FC-100 -> 1x1x100 -> FC-10
    }
}

fn main() {}
