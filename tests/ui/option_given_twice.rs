use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-64(pad=1, pad=2) -> maxpool(floor, ceil) -> FC-10
    }
}

fn main() {}
