use convnet_runtime::prelude::*;

network! {
    pub struct Backbone {
        input 224x224x3 -> [conv3-64 -> relu -> maxpool]*5
    }
}

network! {
    pub struct Net {
        input 227x227x3 -> Backbone -> 7x7x64 -> FC-10
    }
}

fn main() {}
