use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-64 -> leaky_relu0.1 -> dropout(.5) -> FC-10
    }
}

fn main() {}
