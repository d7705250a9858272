use convnet_runtime::prelude::*;

network! {
    #[rounding(same)]
    pub struct Net {
        input 32x32x3 -> conv3-64(pad=1) -> relu -> conv3-64
    }
}

fn main() {}
