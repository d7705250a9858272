use convnet_runtime::prelude::*;

network! {
    pub struct One {
        input 28x28x1 -> FC-100 -> relu @ hidden -> FC-10
    }
}

fn main() {
    let net = One::new(1);
    net.features_at(One::FC7, &Tensor::zeros(1));
}
