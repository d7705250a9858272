//! Training on a device, one step after the other.

use super::engine::{Engine, Pass, TRAINING_LANES};
use super::lane::{Numbers, Rest, Verdict};
use super::loss::{DeviceLoss, Kind};
use super::network::{Cuda, to_planes};
use crate::error::TrainError;
use crate::network::Network;
use crate::tensor::{Parts, Tensor};
use crate::train::loss::{Loss, check_gradient};
use crate::train::random::Random;
use crate::train::sgd::Sgd;

/// Trains a network on a device, as [`Trainer`](crate::train::Trainer) does on the CPU: the same formulas, seeds and
/// errors. The same network, seed and batches on the same device give the same parameters, bit for bit.
///
/// [`step`](Self::step) waits for the loss. [`queue`](Self::queue) does not: the device then always has work.
pub struct CudaTrainer<N: Network> {
    /// The optimizer; its rate may change from step to step.
    pub optimizer: Sgd,
    seed: u64,
    step: u64,
    logits: N::Logits,
    gradient: N::Logits,
    none: N::Logits,
    /// Gradients of all heads, one after the other.
    staging: Vec<f32>,
}

impl<N: Network> CudaTrainer<N> {
    /// A trainer at step 0. `seed` names the random numbers of dropout.
    pub fn new(optimizer: Sgd, seed: u64) -> Self {
        Self {
            optimizer,
            seed,
            step: 0,
            logits: N::Logits::default(),
            gradient: N::Logits::default(),
            none: N::Logits::default(),
            staging: Vec::new(),
        }
    }

    /// How many steps are done or queued.
    pub fn steps(&self) -> u64 {
        self.step
    }

    /// One step: forward, loss, backward, update. Gives the loss, from before the update.
    ///
    /// # Errors
    /// If the optimizer has a negative number or one that is not finite, the batch is empty, labels or targets do not fit, a
    /// loss of your own gives a gradient of another batch, or the loss or a gradient is infinite or not a number. The network
    /// is then as it was before the step, and the step does not count. If there is no memory for the batch, or the device is
    /// lost. The error of a queued step comes here, too; this step is then not done.
    pub fn step(
        &mut self,
        net: &mut Cuda<N>,
        input: &Tensor<N::Input>,
        loss: &impl DeviceLoss<N::Logits>,
    ) -> Result<f32, TrainError> {
        self.finish(net)?;
        let begun = self.step;
        self.queue(net, input, loss)?;
        let result = self.finish(net).map(|loss| loss.unwrap_or(f32::NAN));
        if result.is_err() {
            self.step = begun;
        }
        result
    }

    /// Begins one step and does not wait for it, but at most for the step before the last, of which it gives the loss.
    /// A loss [`OnHost`](super::OnHost) is waited for.
    ///
    /// # Errors
    /// As [`step`](Self::step). The error may be that of an earlier step, which it names; this step is then not begun. A
    /// queued step that fails has moved nothing but counts, and those after it are done.
    pub fn queue(
        &mut self,
        net: &mut Cuda<N>,
        input: &Tensor<N::Input>,
        loss: &impl DeviceLoss<N::Logits>,
    ) -> Result<Option<f32>, TrainError> {
        let (step, batch) = (self.step, input.batch());
        self.optimizer.check(step)?;
        if batch == 0 {
            return Err(TrainError::EmptyBatch { step });
        }
        let place = loss.place(batch).map_err(|cause| TrainError::Loss { step, cause })?.0;
        let lane = net.engine().turn;
        let before = collect(net, lane)?;
        let device = |cause| TrainError::Device { step, cause };
        match place {
            Kind::Device(kind, rest) => {
                let numbers = self.numbers();
                let engine = net.engine();
                engine.begin(Pass::Train(kind), batch, lane, &numbers, input.values(), rest).map_err(device)?;
            }
            Kind::Host(loss) => self.through_host(net.engine(), lane, input, loss)?,
        }
        let engine = net.engine();
        engine.parameters.stateful |= self.optimizer.momentum != 0.0;
        engine.pending[lane] = Some(step);
        engine.turn = (lane + 1) % TRAINING_LANES;
        self.step += 1;
        Ok(before)
    }

    /// Waits for all queued steps. Gives the loss of the last, if there was one.
    ///
    /// # Errors
    /// Of the first of them that has failed.
    pub fn finish(&mut self, net: &mut Cuda<N>) -> Result<Option<f32>, TrainError> {
        let (turn, mut last) = (net.engine().turn, Ok(None));
        for lane in (0..TRAINING_LANES).map(|lane| (turn + lane) % TRAINING_LANES) {
            match (collect(net, lane), &last) {
                (_, Err(_)) | (Ok(None), _) => {}
                (result, _) => last = result,
            }
        }
        last
    }

    fn numbers(&self) -> Numbers {
        let Sgd { rate, momentum, nesterov, weight_decay } = self.optimizer;
        let seed = Random::new(self.seed, self.step).bits();
        Numbers { seed, rate, momentum, nesterov, decay: weight_decay, loss: 0.0 }
    }

    /// Forward on the device, the loss here, the rest on the device.
    fn through_host(
        &mut self,
        engine: &mut Engine,
        lane: usize,
        input: &Tensor<N::Input>,
        loss: &dyn Loss<N::Logits>,
    ) -> Result<(), TrainError> {
        let (step, batch, numbers) = (self.step, input.batch(), self.numbers());
        let device = |cause| TrainError::Device { step, cause };
        engine.begin(Pass::Forward, batch, lane, &numbers, input.values(), Rest::None).map_err(device)?;
        engine.lanes[lane].done.wait().map_err(device)?;
        let (words, mut extents) = (&mut engine.lanes[lane].results(), engine.extents.logits.iter());
        self.logits.parts_mut(batch, &mut |values| {
            if let (Some((own, rest)), Some(&extent)) = (words.split_at_checked(values.len()), extents.next()) {
                to_planes(own, extent, values);
                *words = rest;
            }
        });
        // Empty tensors that keep their memory.
        self.gradient.clone_from(&self.none);
        let loss = loss.evaluate(&self.logits, &mut self.gradient);
        let result = match loss.and_then(|loss| check_gradient(&self.logits, &self.gradient, batch).map(|()| loss)) {
            Err(cause) => Err(TrainError::Loss { step, cause }),
            Ok(loss) if !loss.is_finite() => Err(TrainError::not_finite(step, loss, input)),
            Ok(loss) => Ok(loss),
        };
        let loss = match result {
            Ok(loss) => loss,
            Err(error) => {
                engine.undo().map_err(device)?;
                return Err(error);
            }
        };
        let (staging, mut extents) = (&mut self.staging, engine.extents.logits.iter());
        staging.clear();
        self.gradient.parts(&mut |values| {
            let len = extents.next().map_or(0, |&extent| Engine::values(&[extent]) * batch);
            let end = staging.len() + len;
            staging.extend_from_slice(values);
            // An empty tensor counts as zeros.
            staging.resize(end, 0.0);
        });
        let numbers = Numbers { loss, ..numbers };
        engine.begin(Pass::Backward, batch, lane, &numbers, staging, Rest::None).map_err(device)
    }
}

/// Waits for the step of a lane, if there is one, and gives its loss.
fn collect<N: Network>(net: &mut Cuda<N>, lane: usize) -> Result<Option<f32>, TrainError> {
    let engine = net.engine();
    let Some(step) = engine.pending[lane].take() else { return Ok(None) };
    engine.lanes[lane].done.wait().map_err(|cause| TrainError::Device { step, cause })?;
    let Verdict { loss, failed, place } = engine.lanes[lane].verdict(engine.extents.logits.len());
    if !failed {
        return Ok(Some(loss));
    }
    if !loss.is_finite() {
        return Err(TrainError::NotFinite { step, loss });
    }
    let parameter = place.and_then(|place| engine.parameters.parameter_at(place));
    let parameter = parameter.and_then(|index| net.names().into_iter().nth(index)).unwrap_or_default();
    Err(TrainError::Gradient { step, parameter })
}
