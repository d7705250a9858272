//! Probabilities: what a network that ends in a softmax gives. A type of its own, so that the loss on logits does not
//! take them.

use std::fmt;

use super::Tensor;
use crate::shape::Shape;

/// A batch of probabilities: at each position those of all channels, which are the classes, sum to one.
///
/// A loss takes logits, and these are none: that would be a softmax twice.
///
/// ```compile_fail
/// use convnet_runtime::prelude::*;
///
/// fn loss(probabilities: &Probabilities<Features<10>>, gradient: &mut Probabilities<Features<10>>) {
///     let _ = CrossEntropy(&[3]).evaluate(probabilities, gradient);
/// }
/// ```
#[derive(Clone, PartialEq)]
pub struct Probabilities<V: Shape>(Tensor<V>);

impl<V: Shape> Probabilities<V> {
    /// Takes values for probabilities: generated code calls it behind a softmax.
    pub fn new(values: Tensor<V>) -> Self {
        Self(values)
    }

    /// The number of samples.
    pub fn batch(&self) -> usize {
        self.0.batch()
    }

    /// One sample's probabilities, class by class (and position by position within a class).
    ///
    /// # Panics
    /// If there is no such sample, as a slice does.
    #[track_caller]
    pub fn sample(&self, index: usize) -> &[f32] {
        self.0.sample(index)
    }

    /// The most probable class of one sample; over several positions, that of the largest mean.
    ///
    /// # Panics
    /// If there is no such sample, as a slice does.
    #[track_caller]
    pub fn class(&self, sample: usize) -> usize {
        largest(classes::<V>(self.sample(sample)))
    }

    /// The `k` most probable classes of one sample with their probabilities, the most probable first; over several
    /// positions, the means. All classes where `k` is larger than their number.
    ///
    /// # Panics
    /// If there is no such sample, as a slice does.
    #[track_caller]
    pub fn top(&self, sample: usize, k: usize) -> Vec<(usize, f32)> {
        let mut ranked: Vec<_> = classes::<V>(self.sample(sample)).enumerate().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked.truncate(k);
        ranked
    }

    /// The most probable class at a position of one sample.
    ///
    /// # Panics
    /// If there is no such sample or position, as a slice does.
    #[track_caller]
    pub fn class_at(&self, sample: usize, row: usize, column: usize) -> usize {
        assert!(row < V::HEIGHT && column < V::WIDTH, "there is no position ({row}, {column})");
        let plane = V::HEIGHT * V::WIDTH;
        let values = self.sample(sample);
        largest((0..V::DEPTH).map(|c| values[c * plane + row * V::WIDTH + column]))
    }

    /// The values as a tensor.
    pub fn tensor(&self) -> &Tensor<V> {
        &self.0
    }

    /// The values as a tensor, to write.
    pub fn tensor_mut(&mut self) -> &mut Tensor<V> {
        &mut self.0
    }
}

impl<V: Shape> Default for Probabilities<V> {
    /// An empty batch.
    fn default() -> Self {
        Self(Tensor::default())
    }
}

impl<V: Shape> fmt::Debug for Probabilities<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Probabilities").field(&self.0).finish()
    }
}

/// What says a class for each sample: probabilities, or logits.
pub trait Classify {
    /// The class of one sample: the channel with the largest value (the largest mean over several positions).
    ///
    /// # Panics
    /// If there is no such sample, as a slice does.
    fn class_of(&self, sample: usize) -> usize;
}

impl<V: Shape> Classify for Probabilities<V> {
    fn class_of(&self, sample: usize) -> usize {
        self.class(sample)
    }
}

impl<V: Shape> Classify for Tensor<V> {
    fn class_of(&self, sample: usize) -> usize {
        largest(classes::<V>(self.sample(sample)))
    }
}

/// The mean of each channel.
fn classes<V: Shape>(values: &[f32]) -> impl Iterator<Item = f32> {
    let plane = (V::HEIGHT * V::WIDTH).max(1);
    values.chunks(plane).map(move |plane| plane.iter().sum::<f32>() / plane.len() as f32)
}

/// The first of the largest; a NaN is never the largest.
fn largest(values: impl Iterator<Item = f32>) -> usize {
    let mut best = (0, f32::NEG_INFINITY);
    for (index, value) in values.enumerate() {
        if value > best.1 {
            best = (index, value);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Features, Volume};

    #[test]
    fn ranks() {
        let values = Tensor::<Features<4>>::from_chw([0.1, 0.5, 0.3, 0.1, 0.0, 0.0, 0.0, 1.0]).expect("two samples");
        let p = Probabilities::new(values);
        assert_eq!((p.class(0), p.class(1)), (1, 3));
        assert_eq!(p.top(0, 2), [(1, 0.5), (2, 0.3)]);
        assert_eq!(p.top(1, 9).len(), 4);
    }

    #[test]
    fn positions() {
        let values = Tensor::<Volume<1, 2, 2>>::from_chw([0.9, 0.3, 0.1, 0.7]).expect("one sample");
        let p = Probabilities::new(values);
        assert_eq!((p.class(0), p.class_at(0, 0, 0), p.class_at(0, 0, 1)), (0, 0, 1));
    }
}
