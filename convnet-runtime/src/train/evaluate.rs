//! A network on a whole data set, in parts that keep memory bounded.

use crate::data::Dataset;
use crate::network::Network;
use crate::tensor::{Classify, Tensor};

/// The class of each sample.
pub fn classify<N: Network<Output: Classify>>(net: &N, input: &Tensor<N::Input>) -> Vec<usize> {
    /// Bytes of activations that a part may take, where one sample takes less.
    const BYTES: u64 = 64 << 20;
    let part = (BYTES / N::ACTIVATION_BYTES.max(1)).clamp(1, 256) as usize;
    let mut classes = Vec::with_capacity(input.batch());
    let (mut samples, mut indices) = (Tensor::default(), Vec::new());
    for begin in (0..input.batch()).step_by(part) {
        indices.clear();
        indices.extend(begin..input.batch().min(begin + part));
        samples.set_to(input, &indices);
        let output = net.predict(&samples);
        classes.extend((0..indices.len()).map(|sample| output.class_of(sample)));
    }
    classes
}

/// The share of samples whose class is their label.
pub fn accuracy<N: Network<Output: Classify>>(net: &N, data: &Dataset<N::Input>) -> f64 {
    let classes = classify(net, data.images());
    let hits = classes.iter().zip(data.labels()).filter(|(class, label)| class == label).count();
    hits as f64 / classes.len() as f64
}
