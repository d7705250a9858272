//! A whole data set through a network, in parts that keep memory bounded.

use crate::shape::Shape;
use crate::tensor::{Classify, Tensor};

/// The class of each sample; `predict` gives what the network makes of some. A part has at most `most` samples, and its
/// activations `bytes`, if one sample has less: it has `each`.
///
/// # Errors
/// The first of `predict`.
pub fn classify<V: Shape, O: Classify, E>(
    input: &Tensor<V>,
    [bytes, each, most]: [u64; 3],
    mut predict: impl FnMut(&Tensor<V>) -> Result<O, E>,
) -> Result<Vec<usize>, E> {
    let part = (bytes / each.max(1)).clamp(1, most) as usize;
    let mut classes = Vec::with_capacity(input.batch());
    let (mut samples, mut indices) = (Tensor::default(), Vec::new());
    for begin in (0..input.batch()).step_by(part) {
        indices.clear();
        indices.extend(begin..input.batch().min(begin + part));
        samples.set_to(input, &indices);
        let output = predict(&samples)?;
        classes.extend((0..indices.len()).map(|sample| output.class_of(sample)));
    }
    Ok(classes)
}

/// The share of samples whose class is their label; NaN if there are none.
pub fn accuracy(classes: &[usize], labels: &[usize]) -> f64 {
    let hits = classes.iter().zip(labels).filter(|(class, label)| class == label).count();
    hits as f64 / classes.len() as f64
}
