use convnet_runtime::prelude::*;

network! {
    pub struct Classifier {
        input 28x28x1 -> FC-10 -> softmax
    }
}

network! {
    pub struct Net {
        input 28x28x1 -> Classifier -> 10 -> FC-2
    }
}

fn main() {}
