use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> maxpool3/2(pad=2, floor) -> FC-10
    }
}

fn main() {}
