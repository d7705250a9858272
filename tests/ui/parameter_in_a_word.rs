use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        block stage(f, c) = convf-c -> relu;

        input 32x32x3 -> stage(3, 8) -> FC-10
    }
}

fn main() {}
