use convnet_runtime::prelude::*;

network! {
    #[weights(f16)]
    pub struct Net {
        input 32x32x3 -> conv3-64 -> gap
    }
}

fn main() {}
