use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        fn basic(c: usize) = conv3-c -> relu;
        input: 32x32x3 -> basic(16) -> FC-10
    }
}

fn main() {}
