//! End to end learning for self-driving cars (Bojarski 2016).

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// PilotNet: a picture of the road gives the steering angle.
    #[rounding(floor)]
    pub struct PilotNet {
        input 66x200x3
        -> conv5-24/2(pad=0) -> relu
        -> conv5-36/2(pad=0) -> relu
        -> conv5-48/2(pad=0) -> relu
        -> conv3-64(pad=0) -> relu
        -> conv3-64(pad=0) -> relu
        -> 1x18x64 -> flatten -> 1152
        -> FC-100 -> relu -> FC-50 -> relu -> FC-10 -> relu -> FC-1
    }
}

const _: () = {
    assert!(PilotNet::PARAMS == 252_219);
    assert!(PilotNet::MACS == 26_876_342);
    assert!(is(PilotNet::RECEPTIVE_FIELD, 61) && is(PilotNet::STRIDE, 8));
};
