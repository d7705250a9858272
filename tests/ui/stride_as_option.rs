use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-64(stride=2, pad=1) -> FC-10
    }
}

fn main() {}
