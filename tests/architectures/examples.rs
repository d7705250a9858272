//! The lecture's examples of how large a volume is.

use convnet_runtime::prelude::*;

network! {
    /// "7x7 input, assume 3x3 connectivity, stride 1 => 5x5 output".
    pub struct Slides {
        input 7x7x1 -> conv3-1(pad=0) -> 5x5x1
    }
}

network! {
    /// "What about stride 2?"
    pub struct Jumps {
        input 7x7x1 -> conv3-1/2(pad=0) -> 3x3x1
    }
}

network! {
    /// "Pad with 1 pixel border: 7x7 => preserved size!" This padding, (F-1)/2, need not be said.
    pub struct Preserves {
        input 7x7x1 -> conv3-1(pad=1) -> 7x7x1 -> conv3-1 -> 7x7x1 -> conv5-1 -> 7x7x1 -> conv7-1 -> 7x7x1
    }
}

network! {
    /// "Input volume 32x32x3, receptive fields 5x5, stride 1, number of neurons 5: 28x28x5".
    pub struct Five {
        input 32x32x3 -> conv5-5(pad=0) -> 28x28x5
    }
}

network! {
    /// "30 neurons with receptive fields 5x5, applied at stride 1/pad 1": 30x30x30, not the 32x32x30 of the slide.
    pub struct Thirty {
        input 32x32x3 -> conv5-30(pad=1) -> 30x30x30
    }
}

network! {
    /// "Common settings: 2x2, stride 2": 224x224x64 becomes 112x112x64.
    pub struct Pools {
        input 224x224x64 -> maxpool -> 112x112x64
    }
}

const _: () = {
    assert!(Slides::PARAMS == 3 * 3 + 1);
    assert!(Jumps::PARAMS == Slides::PARAMS);
    assert!(Preserves::PARAMS == 10 + 10 + 26 + 50);
    // "Each neuron has 5x5x3 (=75) weights".
    assert!(Five::PARAMS == 5 * (75 + 1));
    assert!(Thirty::PARAMS == 30 * (75 + 1));
    assert!(Thirty::MACS == 30 * 30 * 30 * 75);
    assert!(Pools::PARAMS == 0);
};
