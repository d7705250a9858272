use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> maxpool(dilation=2) -> relu(pad=1) -> FC-10
    }
}

fn main() {}
