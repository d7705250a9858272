use convnet_runtime::prelude::*;

network! {
    #[weights(f8)]
    pub struct Net {
        input 32x32x3 -> conv3-64 -> FC-10
    }
}

fn main() {}
