use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> cnov3-64 -> relo -> max_pool -> FC-10
    }
}

fn main() {}
