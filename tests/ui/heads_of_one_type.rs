use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 28x28x1 -> { a: FC-10 -> relu -> FC-2, A: FC-3 }
    }
}

fn main() {}
