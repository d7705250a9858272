use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 1000000x1000000x1000 -> FC-1000000 -> FC-10
    }
}

fn main() {}
