use convnet_runtime::prelude::*;

network! {
    #[weight(f16)]
    #[floor]
    pub struct Net {
        input 28x28x1 -> FC-10
    }
}

network! {
    #[conv(fastest)]
    pub struct NoConvolutions {
        input 28x28x1 -> FC-10
    }
}

fn main() {}
