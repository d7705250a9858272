use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x8 -> conv3-8 -> skip -> (conv3-8 -> skip + skip) -> FC-10
    }
}

fn main() {}
