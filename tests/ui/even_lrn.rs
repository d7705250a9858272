use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 28x28x8 -> lrn(n=4) -> FC-10
    }
}

fn main() {}
