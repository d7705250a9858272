use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> shared conv3-16 -> FC-10
    }
}

fn main() {}
