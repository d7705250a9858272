//! Networks without convolutions: the perceptron (Rosenblatt 1957) and the lecture's 2- and 3-layer nets.

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// One layer.
    pub struct Perceptron {
        input 784 -> FC-10
    }
}

network! {
    /// "2-layer Neural Net", or "1-hidden-layer Neural Net".
    pub struct TwoLayers {
        input 784 -> FC-300 -> sigmoid -> FC-10 -> softmax
    }
}

network! {
    /// "3-layer Neural Net", or "2-hidden-layer Neural Net".
    pub struct ThreeLayers {
        input 784 -> FC-300 -> sigmoid -> FC-100 -> sigmoid -> FC-10 -> softmax
    }
}

const _: () = {
    assert!(Perceptron::PARAMS == 7_850);
    assert!(Perceptron::MACS == 7_840);
    assert!(is(Perceptron::RECEPTIVE_FIELD, 1));
    assert!(TwoLayers::PARAMS == 238_510);
    assert!(TwoLayers::MACS == 238_200);
    assert!(ThreeLayers::PARAMS == 266_610);
    assert!(ThreeLayers::MACS == 266_200);
};
