//! What a network gives, tensor by tensor.

use super::{Probabilities, Tensor};
use crate::shape::Shape;

/// The tensors of an output or of logits: one, or those of all heads in the order of the declaration. `network!`
/// implements it for structs of heads.
pub trait Parts {
    /// Calls `f` with the values of each tensor, `[sample][channel][row][column]`; with none for one that is empty.
    fn parts(&self, f: &mut dyn FnMut(&[f32]));

    /// Makes room for `batch` samples in each tensor, in the memory that is there if it suffices, and calls `f` with it.
    fn parts_mut(&mut self, batch: usize, f: &mut dyn FnMut(&mut [f32]));
}

impl<V: Shape> Parts for Tensor<V> {
    fn parts(&self, f: &mut dyn FnMut(&[f32])) {
        f(self.values());
    }

    fn parts_mut(&mut self, batch: usize, f: &mut dyn FnMut(&mut [f32])) {
        self.reset(batch);
        f(self.values_mut());
    }
}

impl<V: Shape> Parts for Probabilities<V> {
    fn parts(&self, f: &mut dyn FnMut(&[f32])) {
        self.tensor().parts(f);
    }

    fn parts_mut(&mut self, batch: usize, f: &mut dyn FnMut(&mut [f32])) {
        self.tensor_mut().parts_mut(batch, f);
    }
}

/// Nothing.
impl Parts for () {
    fn parts(&self, _: &mut dyn FnMut(&[f32])) {}

    fn parts_mut(&mut self, _: usize, _: &mut dyn FnMut(&mut [f32])) {}
}
