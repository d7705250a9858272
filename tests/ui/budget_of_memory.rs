use convnet_runtime::prelude::*;

network! {
    #[budget(activations <= 1MiB, train <= 1.5MiB)]
    pub struct Net {
        input 224x224x3 -> conv3-64 -> relu -> conv3-64 -> relu -> gap -> FC-10
    }
}

fn main() {}
