//! Playing Atari with deep reinforcement learning (Mnih 2013) and its successor in Nature (2015), for six actions.

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// The last four frames give the value of each action.
    pub struct Dqn2013 {
        input 84x84x4
        -> conv8-16/4(pad=0) -> relu
        -> conv4-32/2(pad=0) -> relu
        -> FC-256 -> relu
        -> FC-6
    }
}

network! {
    /// One convolution more, and twice the width.
    pub struct Dqn2015 {
        input 84x84x4
        -> conv8-32/4(pad=0) -> relu
        -> conv4-64/2(pad=0) -> relu
        -> conv3-64(pad=0) -> relu
        -> FC-512 -> relu
        -> FC-6
    }
}

const _: () = {
    assert!(Dqn2013::PARAMS == 677_686);
    assert!(Dqn2013::MACS == 2_967_040);
    assert!(is(Dqn2013::RECEPTIVE_FIELD, 20) && is(Dqn2013::STRIDE, 8));

    assert!(Dqn2015::PARAMS == 1_687_206);
    assert!(Dqn2015::MACS == 9_346_048);
    assert!(is(Dqn2015::RECEPTIVE_FIELD, 36) && is(Dqn2015::STRIDE, 8));
};
