use convnet_runtime::prelude::*;

network! {
    #[budget(params <= 10M)]
    pub struct Net {
        input 224x224x3
        -> [conv3-64 -> relu]*2 -> maxpool4
        -> FC-4096 -> relu
        -> FC-1000
    }
}

fn main() {}
