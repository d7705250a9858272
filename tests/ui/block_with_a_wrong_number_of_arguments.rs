use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        block stage(c, n) = [conv3-c -> relu]*n;

        input 32x32x3 -> stage(8) -> stage(8, 1, 2) -> FC-10
    }
}

fn main() {}
