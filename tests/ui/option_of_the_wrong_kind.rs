use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-64(pad=half) -> conv3-64(bias=0) -> bn(eps=small) -> FC-10
    }
}

fn main() {}
