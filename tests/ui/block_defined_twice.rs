use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        block stage(c) = conv3-c;
        block stage(c) = conv5-c;

        input 32x32x3 -> stage(8) -> FC-10
    }
}

fn main() {}
