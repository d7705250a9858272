use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        block stage(c, s) = conv3-c/s -> relu;

        input 32x32x3 -> stage(0, 1) -> stage(8, 0) -> FC-10
    }
}

fn main() {}
