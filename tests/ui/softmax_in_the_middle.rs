use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 784 -> FC-100 -> softmax -> FC-10
    }
}

fn main() {}
