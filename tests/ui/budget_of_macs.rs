use convnet_runtime::prelude::*;

network! {
    #[budget(macs <= 1G)]
    pub struct Net {
        input 224x224x3 -> conv3-64 -> relu -> conv3-64 -> gap -> FC-10
    }
}

fn main() {}
