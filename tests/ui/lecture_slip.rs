use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv5-30(pad=1) -> 32x32x30
    }
}

fn main() {}
