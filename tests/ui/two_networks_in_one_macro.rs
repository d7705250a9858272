use convnet_runtime::prelude::*;

network! {
    pub struct A {
        input 32x32x3 -> FC-10
    }
    pub struct B {
        input 32x32x3 -> FC-10
    }
}

fn main() {}
