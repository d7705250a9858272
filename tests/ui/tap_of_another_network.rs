use convnet_runtime::prelude::*;

network! {
    pub struct One {
        input 28x28x1 -> FC-100 -> relu @ hidden -> FC-10
    }
}

network! {
    pub struct Other {
        input 28x28x1 -> FC-50 -> relu @ hidden -> FC-10
    }
}

fn main() {
    let net = One::new(1);
    net.features_at(Other::HIDDEN, &Tensor::zeros(1));
}
