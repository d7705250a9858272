use convnet_runtime::prelude::*;

network! {
    pub struct AlexNet {
        input 227x227x3 -> conv11-96/4(pad=0) -> relu -> maxpool3/2 -> FC-1000
    }
}

fn main() {
    let net = AlexNet::new(1);
    let image = Tensor::<Volume<224, 224, 3>>::zeros(1);
    net.predict(&image);
}
