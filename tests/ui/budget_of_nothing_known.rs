use convnet_runtime::prelude::*;

network! {
    #[budget(parameters <= 1M, macs < 1G, activations <= 64kB)]
    pub struct Net {
        input 32x32x3 -> conv3-8 -> FC-10
    }
}

fn main() {}
