use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> "conv3-64" -> relu -> fc-"10"
    }
}

fn main() {}
