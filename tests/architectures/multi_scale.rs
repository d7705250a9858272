//! Features of several scales: scene labelling (Farabet 2012) and traffic signs (Sermanet & LeCun 2011).

use convnet_runtime::prelude::*;

use crate::is;

network! {
    /// One trunk sees the picture at three scales, so that each position knows its surroundings: 33 classes. Connections are
    /// dense, those of the paper are not.
    pub struct SceneLabelling {
        block trunk() =
            conv7-16 -> tanh -> maxpool
            -> conv7-64 -> tanh -> maxpool
            -> conv7-256 -> tanh;

        input 240x320x3
        -> (shared trunk()
            | avgpool -> shared trunk() -> upsample2
            | avgpool4 -> shared trunk() -> upsample4)
        -> 60x80x768
        -> conv1-1024 -> tanh -> conv1-33
        -> softmax
    }
}

network! {
    /// The features of the first stage are pooled again and join those of the second before the classifier. Dense, with the
    /// paper's 108 maps.
    pub struct TrafficSigns {
        input 32x32x3
        -> conv5-108(pad=0) -> tanh -> maxpool
        -> (maxpool -> flatten
            | conv5-108(pad=0) -> tanh -> maxpool -> flatten)
        -> FC-100 -> tanh -> FC-43
        -> softmax
    }
}

const _: () = {
    assert!(SceneLabelling::PARAMS == 855_680 + (768 + 1) * 1024 + (1024 + 1) * 33);
    let trunk = 4_997_529_600;
    assert!(SceneLabelling::MACS == trunk + trunk / 4 + trunk / 16 + 60 * 80 * 1024 * (768 + 33));
    // The trunk sees 46, of a picture that is 4 times smaller.
    assert!(is(SceneLabelling::RECEPTIVE_FIELD, 46 * 4) && is(SceneLabelling::STRIDE, 4));

    let features = (7 * 7 + 5 * 5) * 108;
    assert!(TrafficSigns::PARAMS == 8_208 + 291_708 + (features + 1) * 100 + (100 + 1) * 43);
    assert!(is(TrafficSigns::RECEPTIVE_FIELD, 16) && is(TrafficSigns::STRIDE, 4));
};
