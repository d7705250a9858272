use convnet_runtime::prelude::*;

network! {
    pub struct Backbone {
        input 224x224x3 -> [conv3-64 -> relu -> maxpool]*5
    }
}

network! {
    pub struct Net {
        input 224x224x3 -> Backbone -> FC-10
    }
}

fn main() {}
