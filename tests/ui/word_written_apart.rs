use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-64 -> Leaky ReLU(0.1) -> max pool -> fully connected-10 -> soft max
    }
}

fn main() {}
