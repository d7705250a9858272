use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-64(padding=1) -> conv3-64(dilatoin=2) -> FC-10
    }
}

fn main() {}
