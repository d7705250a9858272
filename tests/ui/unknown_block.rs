use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x64 -> basic(64) -> FC-10
    }
}

fn main() {}
