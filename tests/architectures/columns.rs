//! One column each of the multi-column networks of Ciresan for traffic signs (2011) and digits (2012).

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// 25 of them are averaged.
    pub struct TrafficSigns {
        input 48x48x3
        -> conv7-100(pad=0) -> tanh -> maxpool
        -> conv4-150(pad=0) -> tanh -> maxpool
        -> conv4-250(pad=0) -> tanh -> maxpool
        -> 3x3x250 -> FC-300 -> tanh -> FC-43
        -> soft-max
    }
}

network! {
    /// 35 of them are averaged.
    pub struct Digits {
        input 29x29x1
        -> conv4-20(pad=0) -> tanh -> maxpool
        -> conv5-40(pad=0) -> tanh -> maxpool3
        -> 3x3x40 -> FC-150 -> tanh -> FC-10
        -> soft-max
    }
}

const _: () = {
    assert!(TrafficSigns::PARAMS == 1_543_443);
    assert!(TrafficSigns::MACS == 125_978_700);
    assert!(is(TrafficSigns::RECEPTIVE_FIELD, 32) && is(TrafficSigns::STRIDE, 8));

    assert!(Digits::PARAMS == 76_040);
    assert!(Digits::MACS == 1_891_820);
    assert!(is(Digits::RECEPTIVE_FIELD, 17) && is(Digits::STRIDE, 6));
};
