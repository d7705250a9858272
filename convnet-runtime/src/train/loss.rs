//! Losses: a number to make small, and its gradient with respect to what the network gives.

use crate::error::LossError;
use crate::shape::Shape;
use crate::tensor::{Parts, Tensor};

/// A loss on logits of type `L`: a tensor, or a struct of heads. Closures are losses too:
///
/// ```
/// use convnet_runtime::prelude::*;
///
/// type Volts = Tensor<Features<2>>;
/// # struct Heads { class: Tensor<Features<10>>, volts: Volts }
/// # fn heads(labels: Vec<usize>, target: Volts) {
/// let loss = |heads: &Heads, gradient: &mut Heads| {
///     Ok(CrossEntropy(&labels).evaluate(&heads.class, &mut gradient.class)?
///         + MeanSquared(&target).evaluate(&heads.volts, &mut gradient.volts)?)
/// };
/// # let _: &dyn Loss<Heads> = &loss;
/// # }
/// ```
pub trait Loss<L> {
    /// Gives the loss and writes its gradient. `gradient` comes with empty tensors: each is `reset` to the batch, or left
    /// empty where the loss does not depend on that head.
    ///
    /// # Errors
    /// If labels or targets do not fit the logits. A step also refuses a gradient that is neither empty nor of the logits'
    /// batch.
    fn evaluate(&self, logits: &L, gradient: &mut L) -> Result<f32, LossError>;
}

impl<L, F: Fn(&L, &mut L) -> Result<f32, LossError>> Loss<L> for F {
    fn evaluate(&self, logits: &L, gradient: &mut L) -> Result<f32, LossError> {
        self(logits, gradient)
    }
}

/// Whether a loss has given a gradient for each sample, or none, in each tensor.
///
/// # Errors
/// If one has some, but not as many as the logits.
pub(crate) fn check_gradient<L: Parts>(logits: &L, gradient: &L, batch: usize) -> Result<(), LossError> {
    let (mut result, mut head) = (Ok(()), 0);
    gradient.parts(&mut |gradient| {
        let mut index = 0;
        logits.parts(&mut |logits| {
            if index == head && !gradient.is_empty() && gradient.len() != logits.len() && result.is_ok() {
                let given = gradient.len() / (logits.len() / batch).max(1);
                result = Err(LossError::Count { what: "gradients", expected: batch, given });
            }
            index += 1;
        });
        head += 1;
    });
    result
}

/// Cross-entropy of a softmax over the depth: `-log softmax(logits)[label]`, the mean over the batch (and over positions,
/// where there are several: the labels then go sample by sample, row by row).
#[derive(Clone, Copy, Debug)]
pub struct CrossEntropy<'a>(pub &'a [usize]);

impl<V: Shape> Loss<Tensor<V>> for CrossEntropy<'_> {
    fn evaluate(&self, logits: &Tensor<V>, gradient: &mut Tensor<V>) -> Result<f32, LossError> {
        let plane = V::HEIGHT * V::WIDTH;
        let count = logits.batch() * plane;
        if self.0.len() != count {
            return Err(LossError::Count { what: "labels", expected: count, given: self.0.len() });
        }
        if let Some((index, &label)) = self.0.iter().enumerate().find(|&(_, &label)| label >= V::DEPTH) {
            return Err(LossError::Label { index, label, classes: V::DEPTH });
        }
        gradient.reset(logits.batch());
        let mut sum = 0.0;
        for (index, &label) in self.0.iter().enumerate() {
            let (x, d) = (logits.sample(index / plane), gradient.sample_mut(index / plane));
            let at = |class: usize| class * plane + index % plane;
            let largest = (0..V::DEPTH).fold(f32::NEG_INFINITY, |m, class| m.max(x[at(class)]));
            let mut total = 0.0;
            for class in 0..V::DEPTH {
                d[at(class)] = (x[at(class)] - largest).exp();
                total += d[at(class)];
            }
            sum += f64::from(total.ln() - (x[at(label)] - largest));
            for class in 0..V::DEPTH {
                let hit = f32::from(u8::from(class == label));
                d[at(class)] = (d[at(class)] / total - hit) / count as f32;
            }
        }
        Ok((sum / count as f64) as f32)
    }
}

/// The mean over all elements of the squared distance to a target.
#[derive(Clone, Copy, Debug)]
pub struct MeanSquared<'a, V: Shape>(pub &'a Tensor<V>);

impl<V: Shape> Loss<Tensor<V>> for MeanSquared<'_, V> {
    fn evaluate(&self, logits: &Tensor<V>, gradient: &mut Tensor<V>) -> Result<f32, LossError> {
        let (given, expected) = (self.0.batch(), logits.batch());
        if given != expected {
            return Err(LossError::Count { what: "targets", expected, given });
        }
        gradient.reset(expected);
        let count = logits.values().len() as f32;
        let mut sum = 0.0;
        for ((x, t), d) in logits.values().iter().zip(self.0.values()).zip(gradient.values_mut()) {
            sum += f64::from((x - t) * (x - t));
            *d = 2.0 * (x - t) / count;
        }
        Ok((sum / f64::from(count)) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::{Features, Volume};

    /// The gradient of a loss by differences.
    fn check<V: Shape>(loss: &dyn Loss<Tensor<V>>, logits: &Tensor<V>) -> f32 {
        let mut gradient = Tensor::default();
        let value = loss.evaluate(logits, &mut gradient).expect("it fits");
        for i in 0..logits.values().len() {
            let at = |step: f32| {
                let mut moved = logits.clone();
                moved.values_mut()[i] += step;
                loss.evaluate(&moved, &mut Tensor::default()).expect("it fits")
            };
            let difference = (at(1e-2) - at(-1e-2)) / 2e-2;
            assert!((difference - gradient.values()[i]).abs() < 1e-3, "{i}: {difference} {}", gradient.values()[i]);
        }
        value
    }

    #[test]
    fn pytorch_numbers() {
        // F.cross_entropy(torch.tensor([[1., 2., 3.], [0., 0., 1.]]), torch.tensor([2, 0]))
        let logits = Tensor::<Features<3>>::from_chw([1., 2., 3., 0., 0., 1.]).expect("two samples");
        assert!((check(&CrossEntropy(&[2, 0]), &logits) - 0.979_525_2).abs() < 1e-6);
        // F.mse_loss(the same, torch.ones(2, 3))
        let ones = Tensor::from_fn(2, |_, _, _, _| 1.0);
        assert!((check(&MeanSquared(&ones), &logits) - 7.0 / 6.0).abs() < 1e-6);
    }

    #[test]
    fn positions() {
        let logits = Tensor::<Volume<2, 1, 3>>::from_fn(2, |n, c, y, _| (n + 2 * c * y) as f32 * 0.3);
        check(&CrossEntropy(&[0, 1, 2, 2]), &logits);
    }

    #[test]
    fn large_logits_do_not_overflow() {
        let logits = Tensor::<Features<2>>::from_chw([1e4, -1e4]).expect("one sample");
        let mut gradient = Tensor::default();
        assert_eq!(CrossEntropy(&[1]).evaluate(&logits, &mut gradient), Ok(2e4));
        assert_eq!(gradient.values(), [1.0, -1.0]);
    }

    #[test]
    fn errors_name_the_numbers() {
        let logits = Tensor::<Features<3>>::zeros(2);
        let error = |labels: &[usize]| {
            CrossEntropy(labels).evaluate(&logits, &mut Tensor::default()).expect_err("wrong labels").to_string()
        };
        assert_eq!(error(&[0]), "1 labels for 2 outputs");
        assert_eq!(error(&[0, 3]), "label 1 is 3, but there are 3 classes, 0 to 2");
        let target = Tensor::<Features<3>>::zeros(1);
        let error = MeanSquared(&target).evaluate(&logits, &mut Tensor::default()).expect_err("one target");
        assert_eq!(error.to_string(), "1 targets for 2 outputs");
    }
}
