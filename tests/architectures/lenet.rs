//! LeNet-5 (LeCun 1998) in the usual simplified form, and Caffe's.

use convnet_runtime::prelude::*;

use crate::caffe_lenet::LeNet as CaffeLeNet;
use crate::is;

network! {
    /// Full connections between the maps and plain max pooling.
    pub struct LeNet5 {
        input 32x32x1
        -> conv5-6(pad=0) -> tanh -> maxpool
        -> conv5-16(pad=0) -> tanh -> maxpool
        -> FC-120 -> tanh -> FC-84 -> tanh -> FC-10
        -> soft-max
    }
}

const _: () = {
    assert!(LeNet5::PARAMS == 61_706);
    assert!(LeNet5::MACS == 416_520);
    assert!(is(LeNet5::RECEPTIVE_FIELD, 16) && is(LeNet5::STRIDE, 4));

    assert!(CaffeLeNet::PARAMS == 431_080);
    assert!(CaffeLeNet::MACS == 2_293_000);
    assert!(is(CaffeLeNet::RECEPTIVE_FIELD, 16) && is(CaffeLeNet::STRIDE, 4));
};
