//! Mastering the game of Go with deep neural networks and tree search (Silver 2016).

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// 48 planes of features of the board give a probability for each point; each point has a bias of its own.
    pub struct Policy {
        input 19x19x48
        -> conv5-192 -> relu
        -> [conv3-192 -> relu]*11
        -> conv1-1(bias=position)
        -> flatten -> 361
        -> soft-max
    }
}

network! {
    /// One plane more, the colour to play, gives who will win.
    pub struct Value {
        input 19x19x49
        -> conv5-192 -> relu
        -> [conv3-192 -> relu]*11
        -> conv1-1 -> relu
        -> FC-256 -> relu
        -> FC-1 -> tanh
    }
}

const _: () = {
    assert!(Policy::PARAMS == 3_882_793);
    assert!(Policy::MACS == 1_400_726_208);
    assert!(is(Policy::RECEPTIVE_FIELD, 27) && is(Policy::STRIDE, 1));

    assert!(Value::PARAMS == 3_980_162);
    assert!(Value::MACS == 1_402_551_680);
    assert!(is(Value::RECEPTIVE_FIELD, 27) && is(Value::STRIDE, 1));
};
