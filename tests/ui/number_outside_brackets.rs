use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv-3x3-64 -> dropout 0.5 -> leaky_relu-0.2 -> FC-10
    }
}

fn main() {}
