use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv2d -> batchnorm -> relu -> linear-10
    }
}

fn main() {}
