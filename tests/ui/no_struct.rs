use convnet_runtime::prelude::*;

network! {
    input 32x32x3 -> conv3-8 -> relu -> FC-10
}

fn main() {}
