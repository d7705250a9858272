use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        block stage(c) = conv3-$c -> relu;
        input 32x32x3 -> stage(8) -> FC-10
    }
}

fn main() {}
