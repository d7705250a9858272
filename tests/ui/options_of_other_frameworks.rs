use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> conv3-64(pad=(1, 1)) -> conv3-64(padding=same, no_bias, activation=relu) -> FC-10
    }
}

fn main() {}
