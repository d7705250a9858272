use convnet_runtime::prelude::*;

network! {
    #[weight(f16)]
    #[floor]
    pub struct Net {
        input 28x28x1 -> FC-10
    }
}

fn main() {}
