use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        input 32x32x3 -> nn.Conv2d(3, 64, 3, padding=1) -> BatchNorm2d(64) -> ReLU -> MaxPool2d(2) -> reshape(-1) -> Linear(16384, 10)
    }
}

fn main() {}
