use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> [conv3-16 -> relu]2 -> [conv3-16 -> relu]**2 -> FC-10
    }
}

fn main() {}
