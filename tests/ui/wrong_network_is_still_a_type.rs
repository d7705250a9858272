use convnet_runtime::prelude::*;

network! {
    pub struct Net {
        block stage(c) = conv3-c -> relu -> maxpool @ pool;

        input 28x28x1 -> stage(8) -> stage(16) @ second -> conv4-32/2(pad=0) @ conv -> FC-10 -> softmax
    }
}

mod app {
    use super::*;

    pub fn run(net: &mut Net, image: &Tensor<Volume<28, 28, 1>>) -> (usize, f32) {
        println!("{} {} {:?}", Net::PARAMS, Net::MACS, Net::RECEPTIVE_FIELD);
        println!("{} {}", Net::summary(), Net::PLAN);
        println!("{:?} {:?}", net.conv.weight, net.second.conv0.bias);
        net.features_at(Net::CONV, image);
        net.save("net.safetensors").unwrap();
        net.predict(image).top(0, 1)[0]
    }
}

fn main() {
    let mut net = Net::load("net.safetensors").unwrap();
    app::run(&mut net, &Tensor::zeros(1));
    fn generic<N: Network>() -> u64 {
        N::PARAMS
    }
    generic::<Net>();
}
