use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        block basic(c) = conv3-c/2(pad=0) -> relu -> conv3-c -> relu;

        input 27x27x3
        -> basic(16) -> basic(32)
        -> basic(64) @ last
        -> basic(128) -> FC-10
    }
}

fn main() {}
