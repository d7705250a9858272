use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 784 -> FC-100 -> relu -> dropout(1.0) -> FC-10
    }
}

fn main() {}
