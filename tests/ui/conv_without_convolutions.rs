use convnet_runtime::prelude::*;

network! {
    #[conv(fastest)]
    pub struct Net {
        input 28x28x1 -> FC-10
    }
}

fn main() {}
