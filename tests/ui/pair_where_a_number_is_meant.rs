use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-8x8 -> conv3-16(groups=2x2) -> FC-10
    }
}

fn main() {}
