//! A whole data set through a network, in parts that keep memory bounded.

use crate::shape::Shape;
use crate::tensor::{Classify, Tensor};

/// How many samples run at a time, so that their activations take at most `bytes`, `each` for one: one at least, `most` at
/// most.
pub fn part(bytes: u64, each: u64, most: u64) -> usize {
    (bytes / each.max(1)).clamp(1, most) as usize
}

/// The class of each sample; `predict` gives what the network makes of `part` of them.
///
/// # Errors
/// The first of `predict`.
pub fn classify<V: Shape, O: Classify, E>(
    input: &Tensor<V>,
    part: usize,
    mut predict: impl FnMut(&Tensor<V>) -> Result<O, E>,
) -> Result<Vec<usize>, E> {
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
