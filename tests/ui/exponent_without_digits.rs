use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 64e -> FC-10
    }
}

fn main() {}
