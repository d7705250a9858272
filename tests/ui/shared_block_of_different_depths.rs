use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        block trunk() = conv3-16 -> relu;

        input 32x32x3 -> shared trunk() -> shared trunk() -> FC-10
    }
}

fn main() {}
