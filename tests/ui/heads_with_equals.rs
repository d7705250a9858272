use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> { boxes = FC-4, classes: FC-10 }
    }
}

fn main() {}
