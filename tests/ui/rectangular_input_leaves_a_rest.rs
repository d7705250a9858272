use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 60x90x3 -> conv5x3-8/3x2(pad=0) -> relu
    }
}

fn main() {}
