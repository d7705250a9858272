use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-18446744073709551616 -> FC-10
    }
}

fn main() {}
