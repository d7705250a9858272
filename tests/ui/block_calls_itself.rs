use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        block a(n) = conv3-n -> b(n);
        block b(n) = relu -> a(n);

        input 32x32x3 -> a(8) -> FC-10
    }
}

fn main() {}
