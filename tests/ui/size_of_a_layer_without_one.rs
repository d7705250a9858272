use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-8 -> relu3 -> gap7 -> FC4096-10
    }
}

fn main() {}
