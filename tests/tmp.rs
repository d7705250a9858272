//! tmp
use convnet_runtime::prelude::*;
network! {
    /// LeNet.
    pub struct LeNet {
        input 28x28x1 -> conv5-20(pad=0) @ conv1 -> maxpool -> conv5-50(pad=0) @ conv2 -> maxpool -> fc-500 @ ip1 -> relu -> fc-10 @ ip2
    }
}
#[test]
fn lenet() {
    println!("{}", LeNet::PLAN);
    println!("{}", LeNet::summary());
    assert_eq!(LeNet::PARAMS, 431_080);
    let net = LeNet::new(1);
    let x = Tensor::from_fn(2, |_, _, y, x| (y * x) as f32 / 784.0);
    println!("{:?}", net.predict(&x));
}
