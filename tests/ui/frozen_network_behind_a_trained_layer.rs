use convnet_runtime::prelude::*;

network! {
    pub struct Backbone {
        input 32x32x8 -> conv3-8 -> relu
    }
}

network! {
    pub struct Net {
        input 32x32x3 -> conv3-8 -> relu -> frozen Backbone -> 32x32x8 -> FC-10
    }
}

fn main() {}
