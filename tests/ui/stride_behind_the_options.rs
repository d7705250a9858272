use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-64(pad=1)/2 -> conv3(pad=1)-64 -> FC-10
    }
}

fn main() {}
