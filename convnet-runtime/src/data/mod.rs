//! Data sets: images with labels, splits, mini-batches; the digits that come with this crate; readers of MNIST and CIFAR-10.

mod batches;
mod cifar;
mod digits;
mod mnist;

use std::fmt;

pub use batches::{Batch, Batches};
pub use cifar::cifar10;
pub use digits::digits;
pub use mnist::mnist;

use crate::error::LengthError;
use crate::shape::{Shape, text};
use crate::tensor::Tensor;
use crate::train::random::Random;

/// Images of shape `V`, each with a label: the number of its class.
#[derive(Clone)]
pub struct Dataset<V: Shape> {
    images: Tensor<V>,
    labels: Vec<usize>,
}

impl<V: Shape> Dataset<V> {
    /// Images with their labels, in the same order.
    ///
    /// # Errors
    /// If there are not as many labels as images.
    pub fn new(images: Tensor<V>, labels: Vec<usize>) -> Result<Self, LengthError> {
        if images.batch() == labels.len() {
            Ok(Self { images, labels })
        } else {
            Err(LengthError::new("the list of labels of these images", images.batch(), labels.len()))
        }
    }

    /// How many images there are.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// All images.
    pub fn images(&self) -> &Tensor<V> {
        &self.images
    }

    /// All labels.
    pub fn labels(&self) -> &[usize] {
        &self.labels
    }

    /// The images at these places, in this order, with their labels.
    ///
    /// # Panics
    /// If there is no such image, as a slice does.
    #[must_use]
    #[track_caller]
    pub fn select(&self, indices: &[usize]) -> Self {
        let images = self.images.select(indices);
        Self { images, labels: indices.iter().map(|&i| self.labels[i]).collect() }
    }

    /// Two parts, drawn at random: `fraction` (0 to 1) of the images, and the rest. The same seed gives the same parts.
    ///
    /// ```
    /// let (train, test) = convnet_runtime::data::digits().split(0.8, 1);
    /// assert_eq!((train.len(), test.len()), (1438, 359));
    /// ```
    #[must_use]
    pub fn split(&self, fraction: f64, seed: u64) -> (Self, Self) {
        let mut order: Vec<usize> = (0..self.len()).collect();
        Random::new(seed, 0).shuffle(&mut order);
        let first = (self.len() as f64 * fraction).round() as usize;
        let (first, rest) = order.split_at(first.min(self.len()));
        (self.select(first), self.select(rest))
    }

    /// Mini-batches of `size` images in an order that `seed` names, each image once; the last batch is smaller where `size`
    /// does not divide. A new seed for each epoch, its number for example, gives a new order.
    pub fn batches(&self, size: usize, seed: u64) -> Batches<'_, V> {
        Batches::new(self, size, seed)
    }
}

impl<V: Shape> fmt::Debug for Dataset<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Dataset({} images of {})", self.len(), text::<V>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Features;

    fn numbers(n: usize) -> Dataset<Features<1>> {
        Dataset::new(Tensor::from_fn(n, |i, _, _, _| i as f32), (0..n).collect()).expect("as many labels")
    }

    #[test]
    fn parts_have_everything_once() {
        let (train, test) = numbers(101).split(0.8, 3);
        assert_eq!((train.len(), test.len()), (81, 20));
        let mut all: Vec<usize> = train.labels().iter().chain(test.labels()).copied().collect();
        assert_ne!(all, (0..101).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, (0..101).collect::<Vec<_>>());
        assert_eq!(train.images().sample(5), [train.labels()[5] as f32]);
        assert_eq!(numbers(101).split(0.8, 3).1.labels(), test.labels());
    }

    #[test]
    fn odd_fractions() {
        for (fraction, first) in [(-1.0, 0), (0.0, 0), (1.0, 10), (7.0, 10), (f64::NAN, 0)] {
            assert_eq!(numbers(10).split(fraction, 0).0.len(), first);
        }
    }

    #[test]
    fn labels_are_counted() {
        let error = Dataset::new(Tensor::<Features<1>>::zeros(3), vec![1]).expect_err("one label");
        assert_eq!(error.to_string(), "the list of labels of these images has 3 values, but 1 was given");
    }
}
