//! Shuffled mini-batches.

use super::Dataset;
use crate::shape::Shape;
use crate::tensor::Tensor;
use crate::train::random::Random;

/// Some images with their labels.
#[derive(Clone, Debug)]
pub struct Batch<V: Shape> {
    /// The images.
    pub images: Tensor<V>,
    /// Their labels, in the same order.
    pub labels: Vec<usize>,
}

/// The mini-batches of an epoch: see [`Dataset::batches`].
pub struct Batches<'a, V: Shape> {
    data: &'a Dataset<V>,
    order: Vec<usize>,
    size: usize,
    done: usize,
}

impl<'a, V: Shape> Batches<'a, V> {
    pub(super) fn new(data: &'a Dataset<V>, size: usize, seed: u64) -> Self {
        let mut order: Vec<usize> = (0..data.len()).collect();
        Random::new(seed, 1).shuffle(&mut order);
        Self { data, order, size: size.max(1), done: 0 }
    }

    /// Like `next`, in the memory of `batch`: gives `false` and leaves `batch` alone at the end.
    ///
    /// ```
    /// let data = convnet_runtime::data::digits();
    /// let mut batches = data.batches(32, 0);
    /// let Some(mut batch) = batches.next() else { return };
    /// while batches.next_into(&mut batch) {
    ///     assert!(batch.labels.len() <= 32);
    /// }
    /// ```
    pub fn next_into(&mut self, batch: &mut Batch<V>) -> bool {
        let indices = &self.order[self.done..self.order.len().min(self.done.saturating_add(self.size))];
        if indices.is_empty() {
            return false;
        }
        self.done += indices.len();
        batch.images.set_to(&self.data.images, indices);
        batch.labels.clear();
        batch.labels.extend(indices.iter().map(|&i| self.data.labels[i]));
        true
    }
}

impl<V: Shape> Iterator for Batches<'_, V> {
    type Item = Batch<V>;

    fn next(&mut self) -> Option<Batch<V>> {
        let mut batch = Batch { images: Tensor::default(), labels: Vec::new() };
        self.next_into(&mut batch).then_some(batch)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.order.len() - self.done).div_ceil(self.size);
        (left, Some(left))
    }
}

impl<V: Shape> ExactSizeIterator for Batches<'_, V> {}

#[cfg(test)]
mod tests {
    use super::super::digits;

    #[test]
    fn each_image_once() {
        let data = digits().split(0.1, 0).0;
        let batches = data.batches(32, 5);
        assert_eq!(batches.len(), 6);
        let labels: Vec<Vec<usize>> = batches.map(|b| b.labels).collect();
        assert_eq!(labels.iter().map(Vec::len).collect::<Vec<_>>(), [32, 32, 32, 32, 32, 20]);
        let (mut seen, mut all) = (labels.concat(), data.labels().to_vec());
        assert_ne!(seen, all);
        seen.sort_unstable();
        all.sort_unstable();
        assert_eq!(seen, all);
    }

    #[test]
    fn seeds_name_orders() {
        let data = digits();
        let first = |seed| data.batches(8, seed).next().map(|b| b.labels);
        assert_eq!(first(1), first(1));
        assert_ne!(first(1), first(2));
        assert_eq!(data.batches(0, 0).len(), data.len());
    }
}
