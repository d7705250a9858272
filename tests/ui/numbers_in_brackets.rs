use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv(3, 64) -> fc(100) -> maxpool(2) -> FC-10
    }
}

fn main() {}
