//! LeNet as Caffe has it, also what GPUs are measured by.

use convnet_runtime::prelude::*;

network! {
    /// Caffe's `lenet.prototxt`.
    pub struct LeNet {
        input 28x28x1
        -> conv5-20(pad=0) @ conv1 -> maxpool
        -> conv5-50(pad=0) @ conv2 -> maxpool
        -> FC-500 @ ip1 -> relu -> FC-10 @ ip2
        -> soft-max
    }
}
