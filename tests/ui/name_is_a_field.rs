use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 28x28x1 -> conv3-4 @ workspaces -> relu -> FC-10
    }
}

fn main() {}
