use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 28x28x1 -> FC-100 -> relu -> lrn -> FC-10
    }
}

fn main() {}
