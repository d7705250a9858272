use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 16x32x32x3 -> Conv3d(3, 64, 3) -> conv3x3x3-64 -> MaxPool3d(2) -> fc-10
    }
}

fn main() {}
