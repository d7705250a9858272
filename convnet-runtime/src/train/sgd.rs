//! Stochastic gradient descent.

use crate::cpu::simd::{Kernel, Simd, dispatch};
use crate::error::TrainError;
use crate::network::{Key, Network};
use crate::parameter::{Parameter, Role};

/// Stochastic gradient descent with momentum, Nesterov's or not, and weight decay, by PyTorch's formulas:
///
/// `g = gradient + decay w`, `v = momentum v + g`, `w -= rate v`, or with Nesterov `w -= rate (g + momentum v)`.
///
/// Weights decay; biases and the scales of batch norms do not.
///
/// ```
/// use convnet_runtime::prelude::*;
///
/// let sgd = Sgd::new(0.05).momentum(0.9).nesterov().weight_decay(5e-4);
/// assert_eq!(sgd.rate, 0.05);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sgd {
    /// Learning rate.
    pub rate: f32,
    /// Share of the last step's velocity in the next, less than 1.
    pub momentum: f32,
    /// Look ahead by the momentum (Nesterov 1983, in Sutskever's form).
    pub nesterov: bool,
    /// Share of a weight that is added to its gradient.
    pub weight_decay: f32,
}

impl Sgd {
    /// Plain gradient descent.
    pub const fn new(rate: f32) -> Self {
        Self { rate, momentum: 0.0, nesterov: false, weight_decay: 0.0 }
    }

    /// With momentum.
    #[must_use]
    pub const fn momentum(self, momentum: f32) -> Self {
        Self { momentum, ..self }
    }

    /// With Nesterov's momentum.
    #[must_use]
    pub const fn nesterov(self) -> Self {
        Self { nesterov: true, ..self }
    }

    /// With weight decay.
    #[must_use]
    pub const fn weight_decay(self, weight_decay: f32) -> Self {
        Self { weight_decay, ..self }
    }

    /// Whether it can move anything: a number that is negative or not finite, or a momentum that keeps all of every step,
    /// would spoil all parameters.
    ///
    /// # Errors
    /// If there is one.
    pub(crate) fn check(&self, step: u64) -> Result<(), TrainError> {
        let numbers = [("rate", self.rate), ("momentum", self.momentum), ("weight decay", self.weight_decay)];
        let spoils = |what: &str, value: f32| !value.is_finite() || value < 0.0 || what == "momentum" && value >= 1.0;
        match numbers.into_iter().find(|&(what, value)| spoils(what, value)) {
            Some((what, value)) => Err(TrainError::Optimizer { step, what, value }),
            None => Ok(()),
        }
    }

    /// Moves every parameter that backward has written a gradient of.
    pub(crate) fn update<N: Network>(&self, net: &mut N) {
        net.visit_mut(&Key::ROOT, &mut |_, parameter| self.update_one(parameter));
    }

    fn update_one(&self, parameter: &mut Parameter) {
        let decay = if parameter.role() == Role::Weight { self.weight_decay } else { 0.0 };
        let sgd = Self { weight_decay: decay, ..*self };
        if self.momentum == 0.0 {
            parameter.update(|gradient, values| dispatch(Plain { sgd, gradient, values }));
        } else {
            parameter.update_with_state(|gradient, values, velocity| {
                dispatch(Momentum { sgd, gradient, values, velocity });
            });
        }
    }
}

struct Plain<'a> {
    sgd: Sgd,
    gradient: &'a [f32],
    values: &'a mut [f32],
}

impl Kernel for Plain<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let (rate, decay) = (s.splat(self.sgd.rate), s.splat(self.sgd.weight_decay));
        for (g, w) in self.gradient.as_chunks().0.iter().zip(self.values.as_chunks_mut().0) {
            let (g, before) = (s.load(g), s.load(w));
            s.store(w, s.sub(before, s.mul(rate, s.add(g, s.mul(decay, before)))));
        }
    }
}

struct Momentum<'a> {
    sgd: Sgd,
    gradient: &'a [f32],
    values: &'a mut [f32],
    velocity: &'a mut [f32],
}

impl Kernel for Momentum<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, s: S) {
        let Sgd { rate, momentum, nesterov, weight_decay } = self.sgd;
        let (rate, momentum, decay) = (s.splat(rate), s.splat(momentum), s.splat(weight_decay));
        let lines = self.gradient.as_chunks().0.iter().zip(self.values.as_chunks_mut().0);
        for ((g, w), v) in lines.zip(self.velocity.as_chunks_mut().0) {
            let before = s.load(w);
            let g = s.add(s.load(g), s.mul(decay, before));
            let velocity = s.add(s.mul(momentum, s.load(v)), g);
            s.store(v, velocity);
            let step = if nesterov { s.add(g, s.mul(momentum, velocity)) } else { velocity };
            s.store(w, s.sub(before, s.mul(rate, step)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::Packing;

    fn train(sgd: Sgd, role: Role, gradients: &[f32]) -> f32 {
        let mut parameter = Parameter::new(vec![1, 1], Packing::Plain, role);
        parameter.set(&[1.0]).expect("one value");
        for &gradient in gradients {
            parameter.gradient_mut()[0] = gradient;
            sgd.update_one(&mut parameter);
        }
        parameter.values()[0]
    }

    #[test]
    fn pytorch_numbers() {
        // w = torch.tensor([1.]); o = torch.optim.SGD([w], lr=.1, momentum=.9, nesterov=.., weight_decay=.01)
        // for g in (.5, -.2, .3): w.grad = torch.tensor([g]); o.step()
        let near = |a: f32, b: f32| assert!((a - b).abs() < 1e-6, "{a} {b}");
        let gradients = [0.5, -0.2, 0.3];
        near(train(Sgd::new(0.1), Role::Weight, &gradients), 0.94);
        let momentum = Sgd::new(0.1).momentum(0.9).weight_decay(0.01);
        near(train(momentum, Role::Weight, &gradients), 0.867_064_8);
        near(train(momentum, Role::Bias, &gradients), 0.8725);
        near(train(momentum.nesterov(), Role::Weight, &gradients), 0.817_657_3);
    }

    #[test]
    fn many_values_as_few() {
        let n = 200_000;
        let mut parameter = Parameter::new(vec![n], Packing::Plain, Role::Weight);
        parameter.gradient_mut().iter_mut().enumerate().for_each(|(i, g)| *g = i as f32);
        Sgd::new(0.5).update_one(&mut parameter);
        assert!(
            parameter.values().iter().enumerate().all(|(i, w)| w.to_bits() == (-0.5 * i as f32).to_bits() || i == 0)
        );
    }
}
