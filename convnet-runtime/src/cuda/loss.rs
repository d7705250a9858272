//! Losses for training on a device: those that it computes itself, and any other, which the host computes.

use super::engine::HeadLoss;
use super::lane::Rest;
use crate::error::LossError;
use crate::shape::Shape;
use crate::tensor::Tensor;
use crate::train::loss::{CrossEntropy, Loss, MeanSquared};

/// A loss that [`CudaTrainer`](super::CudaTrainer) takes: [`CrossEntropy`] and [`MeanSquared`] on a network of one output
/// are computed on the device; [`OnHost`] brings the logits of any network to any [`Loss`].
pub trait DeviceLoss<L> {
    /// Checks labels or targets against a batch, and says who computes.
    ///
    /// # Errors
    /// If they do not fit.
    #[doc(hidden)]
    fn place(&self, batch: usize) -> Result<Place<'_, L>, LossError>;
}

/// Who computes a loss.
#[doc(hidden)]
pub struct Place<'a, L>(pub(super) Kind<'a, L>);

pub(super) enum Kind<'a, L> {
    Device(HeadLoss, Rest<'a>),
    Host(&'a dyn Loss<L>),
}

impl<V: Shape> DeviceLoss<Tensor<V>> for CrossEntropy<'_> {
    fn place(&self, batch: usize) -> Result<Place<'_, Tensor<V>>, LossError> {
        let count = batch * V::HEIGHT * V::WIDTH;
        if self.0.len() != count {
            return Err(LossError::Count { what: "labels", expected: count, given: self.0.len() });
        }
        if let Some((index, &label)) = self.0.iter().enumerate().find(|&(_, &label)| label >= V::DEPTH) {
            return Err(LossError::Label { index, label, classes: V::DEPTH });
        }
        Ok(Place(Kind::Device(HeadLoss::CrossEntropy, Rest::Labels(self.0))))
    }
}

impl<V: Shape> DeviceLoss<Tensor<V>> for MeanSquared<'_, V> {
    fn place(&self, batch: usize) -> Result<Place<'_, Tensor<V>>, LossError> {
        let given = self.0.batch();
        if given != batch {
            return Err(LossError::Count { what: "targets", expected: batch, given });
        }
        Ok(Place(Kind::Device(HeadLoss::MeanSquared, Rest::Floats(self.0.values()))))
    }
}

/// A loss that the host computes: for heads and for losses of your own. The device waits for it in each step.
#[derive(Clone, Copy, Debug)]
pub struct OnHost<F>(pub F);

impl<L, F: Loss<L>> Loss<L> for OnHost<F> {
    fn evaluate(&self, logits: &L, gradient: &mut L) -> Result<f32, LossError> {
        self.0.evaluate(logits, gradient)
    }
}

impl<L, F: Loss<L>> DeviceLoss<L> for OnHost<F> {
    fn place(&self, _: usize) -> Result<Place<'_, L>, LossError> {
        Ok(Place(Kind::Host(&self.0)))
    }
}
