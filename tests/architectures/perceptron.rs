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

network! {
    /// Weights of two bytes at inference.
    #[weights(f16)]
    pub struct Half {
        input 784 -> FC-300 -> sigmoid -> FC-10 -> softmax
    }
}

#[test]
fn weights_in_half_precision_are_close() {
    let net = TwoLayers::new(1);
    let half = Half::from_bytes(&net.to_bytes()).expect("the same parameters");
    assert_eq!(half.to_bytes(), net.to_bytes());
    let images = Tensor::from_fn(3, |n, c, _, _| ((n * 784 + c) % 17) as f32 / 16.0);
    let [near, exact]: [Probabilities<_>; 2] = [half.predict(&images), net.predict(&images)];
    assert_ne!(near, exact);
    for (near, exact) in (0..3).flat_map(|n| near.sample(n).iter().zip(exact.sample(n))) {
        assert!((near - exact).abs() < 1e-3 * exact, "{near} {exact}");
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
