use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 224x224x3
        -> conv11-96/4(pad=0) -> relu -> maxpool3/2
        -> conv5-256(groups=5) -> relu -> maxpool3/2
        -> 6x6x256
        -> 6x6x128
        -> FC-1000
    }
}

fn main() {}
