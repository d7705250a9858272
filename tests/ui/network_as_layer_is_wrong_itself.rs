use convnet_runtime::prelude::*;

network! {
    pub struct Backbone {
        input 224x224x3 -> conv3-64/2(pad=0) -> relu -> maxpool
    }
}

network! {
    pub struct Net {
        input 224x224x3 -> Backbone -> 56x56x64 -> FC-10
    }
}

fn main() {}
