use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        block relu(n) = conv3-n;
        block conv3(n) = conv1-n;

        input 32x32x3 -> relu(8) -> FC-10
    }
}

fn main() {}
