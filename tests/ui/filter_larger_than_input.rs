use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 5x5x3 -> conv7-8(pad=0) -> relu
    }
}

fn main() {}
