//! One training step after the other.

use super::loss::{Loss, check_gradient};
use super::parts::{self, Parts};
use super::random::Random;
use super::sgd::Sgd;
use crate::cpu::exchange;
use crate::cpu::run::Workspace;
use crate::cpu::threads;
use crate::error::TrainError;
use crate::network::{Key, Network, check};
use crate::tensor::Tensor;

/// Trains one network: the optimizer, the memory of a step, the step's number, the seed of dropout.
///
/// The same network, seed and batches give the same parameters, bit for bit, whatever the number of threads.
///
/// ```no_run
/// # use convnet_runtime::prelude::*;
/// # network! { pub struct Digits { input 8x8x1 -> fc-10 -> softmax } }
/// # fn main() -> Result<(), TrainError> {
/// let train = data::digits();
/// let mut net = Digits::new(7);
/// let mut trainer = Trainer::new(Sgd::new(0.05).momentum(0.9), 7);
/// for epoch in 0..10 {
///     for batch in train.batches(32, epoch) {
///         let loss = trainer.step(&mut net, &batch.images, &CrossEntropy(&batch.labels))?;
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Trainer<N: Network> {
    /// The optimizer; its rate may change from step to step.
    pub optimizer: Sgd,
    seed: u64,
    step: u64,
    workspace: Workspace,
    parts: Parts<N>,
    logits: N::Logits,
    gradient: N::Logits,
    none: N::Logits,
    /// The running statistics before the step, for a step that fails.
    statistics: Vec<f32>,
}

impl<N: Network> Trainer<N> {
    /// A trainer at step 0. `seed` names the random numbers of dropout.
    pub fn new(optimizer: Sgd, seed: u64) -> Self {
        Self {
            optimizer,
            seed,
            step: 0,
            workspace: Workspace::default(),
            parts: Parts::default(),
            logits: N::Logits::default(),
            gradient: N::Logits::default(),
            none: N::Logits::default(),
            statistics: Vec::new(),
        }
    }

    /// How many steps are done.
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// What the network gave in the last step, before the parameters moved.
    pub fn logits(&self) -> &N::Logits {
        &self.logits
    }

    /// One step: forward, loss, backward, update. Gives the loss, from before the update.
    ///
    /// # Errors
    /// If the optimizer has a negative number or one that is not finite, the batch is empty, labels or targets do not fit, a
    /// loss of your own gives a gradient of another batch, the loss or a gradient is infinite or not a number, or a parameter
    /// was replaced by another layer's. The network is then as it was before the step, and the step does not count.
    pub fn step(
        &mut self,
        net: &mut N,
        input: &Tensor<N::Input>,
        loss: &impl Loss<N::Logits>,
    ) -> Result<f32, TrainError> {
        self.optimizer.check(self.step)?;
        if input.batch() == 0 {
            return Err(TrainError::EmptyBatch { step: self.step });
        }
        check(net).map_err(|cause| TrainError::Parameter { step: self.step, cause })?;
        self.keep_statistics(net);
        let result = self.gradients(net, input, loss);
        self.parts.finish();
        if result.is_ok() {
            self.step += 1;
        } else {
            self.undo(net);
        }
        result
    }

    fn gradients(
        &mut self,
        net: &mut N,
        input: &Tensor<N::Input>,
        loss: &impl Loss<N::Logits>,
    ) -> Result<f32, TrainError> {
        let step = self.step;
        let seed = Random::new(self.seed, step).bits();
        let work = 2 * N::MACS as usize * input.batch();
        let parts = parts::count::<N>(input.batch());
        let whole = if parts > 1 { 0 } else { input.batch() };
        let mut run = self.workspace.run(N::TRAINING.floats, whole, seed);
        let (logits, all) = (&mut self.logits, &mut self.parts);
        threads::enter(work, || {
            if parts > 1 {
                all.forward(net, input, parts, seed, logits);
            } else {
                exchange::load(input.values(), &N::TRAINING.input, &mut run);
                net.forward(&mut run);
                N::logits(&run, logits);
            }
        });
        // Empty tensors that keep their memory.
        self.gradient.clone_from(&self.none);
        let loss = loss.evaluate(&self.logits, &mut self.gradient);
        let loss = loss.and_then(|loss| check_gradient(&self.logits, &self.gradient, input.batch()).map(|()| loss));
        let loss = loss.map_err(|cause| TrainError::Loss { step, cause })?;
        if !loss.is_finite() {
            return Err(TrainError::not_finite(step, loss, input));
        }
        let (gradient, optimizer) = (&self.gradient, &self.optimizer);
        let unfit = threads::enter(2 * work, || {
            if parts > 1 {
                all.backward(net, gradient, input.batch(), parts, seed);
            } else {
                N::set_gradient(gradient, &mut run);
                net.backward(&mut run, false);
            }
            let unfit = not_finite(net);
            if unfit.is_none() {
                all.finish();
                optimizer.update(net);
            }
            unfit
        });
        match unfit {
            Some(parameter) => Err(TrainError::Gradient { step, parameter }),
            None => Ok(loss),
        }
    }

    fn keep_statistics(&mut self, net: &N) {
        self.statistics.clear();
        net.visit(&Key::ROOT, &mut |_, parameter| {
            if !parameter.role().is_trained() {
                self.statistics.extend_from_slice(parameter.packed());
            }
        });
    }

    fn undo(&self, net: &mut N) {
        let mut kept = &*self.statistics;
        net.visit_mut(&Key::ROOT, &mut |_, parameter| {
            parameter.spend_gradient();
            if !parameter.role().is_trained() {
                let (own, rest) = kept.split_at(parameter.packed().len());
                parameter.packed_mut().copy_from_slice(own);
                kept = rest;
            }
        });
    }
}

/// The first parameter with a gradient that is infinite or not a number.
fn not_finite<N: Network>(net: &N) -> Option<String> {
    let mut found = None;
    net.visit(&Key::ROOT, &mut |key, parameter| {
        if found.is_none() && !parameter.is_finite() {
            found = Some(key.to_string());
        }
    });
    found
}
