use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 16x16x3
        -> { a: conv3-8, b: conv3-8 }
        -> FC-10
    }
}

fn main() {}
