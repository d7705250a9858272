//! A batch in parts: each goes through a small network on one thread, forward and backward, so that nobody waits for others
//! between the layers, and what a layer writes is still near when the next one reads it.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::cpu::exchange;
use crate::cpu::run::{Run, Workspace};
use crate::cpu::threads::{self, cut};
use crate::network::{Key, Network};
use crate::ops::conv::{self, Method};
use crate::parameter::{Gradient, Values};
use crate::program::{BackStep, Step};
use crate::shape::Shape;
use crate::tensor::Tensor;

/// Parameters of a network whose gradients may be kept for each part.
const PARAMETERS: u64 = 1 << 19;
/// Multiply-accumulates of a sample, beyond which a layer is worth waiting for others.
const MACS: u64 = 1 << 22;
/// Samples of a part, and most parts.
const SAMPLES: usize = 16;
const PARTS: usize = 16;

/// What the parts of a batch are computed with; it is kept from step to step.
pub struct Parts<N> {
    all: Vec<Mutex<Part<N>>>,
    values: Vec<Arc<Values>>,
    nothing: Arc<Values>,
    /// Part by part, the gradients of all parameters.
    gradients: Vec<Option<Gradient>>,
}

/// A part's network borrows the values of the one that is trained, and has gradients of its own.
struct Part<N> {
    net: N,
    workspace: Workspace,
}

impl<N> Default for Parts<N> {
    fn default() -> Self {
        Self { all: Vec::new(), values: Vec::new(), nothing: Arc::default(), gradients: Vec::new() }
    }
}

/// How many parts a batch falls into: it depends on network and batch alone.
pub fn count<N: Network>(batch: usize) -> usize {
    let small = N::PARAMS <= PARAMETERS && N::MACS <= MACS;
    let parts = batch.div_ceil(SAMPLES).min(PARTS);
    if small && parts > 1 && separate::<N>(batch.div_ceil(parts)) { parts } else { 1 }
}

/// Whether samples have nothing to do with each other but the sums of gradients, and parts nothing to prepare.
fn separate<N: Network>(batch: usize) -> bool {
    let direct = |method: &conv::ByBatch| matches!(method.of(batch), Method::Direct | Method::Winograd4x1);
    let forward = |step: &Step| match step {
        Step::Norm { .. } | Step::Network { .. } => false,
        Step::Conv { stage, .. } => direct(&stage.method),
        _ => true,
    };
    let backward = |step: &BackStep| match step {
        BackStep::Conv { pass, .. } => direct(&pass.input_method) && direct(&pass.weight_method),
        _ => true,
    };
    let program = &N::PROGRAM;
    !program.training.is_empty() && program.training.iter().all(forward) && program.backward.iter().all(backward)
}

impl<N: Network> Parts<N> {
    /// Forward of so many parts; leaves the logits.
    pub fn forward(&mut self, net: &N, input: &Tensor<N::Input>, parts: usize, seed: u64, logits: &mut N::Logits) {
        while self.all.len() < parts {
            self.all.push(Mutex::new(Part { net: N::zeroed(), workspace: Workspace::default() }));
        }
        // A loss that panicked has left something.
        self.values.clear();
        net.visit(&Key::ROOT, &mut |_, parameter| self.values.push(parameter.lend()));
        let len = N::Input::LEN;
        let logits = Mutex::new(logits);
        self.each(parts, input.batch(), seed, |net, run, samples| {
            let mut values = self.values.iter();
            net.visit_mut(&Key::ROOT, &mut |_, parameter| {
                parameter.borrow(Arc::clone(values.next().unwrap_or(&self.nothing)));
            });
            exchange::load(&input.values()[samples.start * len..samples.end * len], &N::TRAINING.input, run);
            net.forward(run);
            N::logits(run, &mut locked(&logits));
        });
    }

    /// Backward of the same; leaves the sums of the gradients in `net`.
    pub fn backward(&mut self, net: &mut N, gradient: &N::Logits, batch: usize, parts: usize, seed: u64) {
        self.each(parts, batch, seed, |net, run, _| {
            N::set_gradient(gradient, run);
            net.backward(run, false);
        });
        for part in &mut self.all[..parts] {
            let net = &mut own(part).net;
            net.visit_mut(&Key::ROOT, &mut |_, parameter| self.gradients.push(parameter.take_gradient()));
        }
        let (each, mut i) = (self.values.len(), 0);
        net.visit_mut(&Key::ROOT, &mut |_, parameter| {
            if self.gradients[i].is_some() {
                parameter.sum_gradients(&self.gradients[i..], each);
            }
            i += 1;
        });
        let mut gradients = self.gradients.drain(..);
        for part in &mut self.all[..parts] {
            own(part).net.visit_mut(&Key::ROOT, &mut |_, parameter| {
                if let Some(gradient) = gradients.next().flatten() {
                    parameter.give_gradient(gradient);
                }
            });
        }
    }

    /// Gives the values back that were borrowed.
    pub fn finish(&mut self) {
        for part in &mut self.all {
            let nothing = || Arc::clone(&self.nothing);
            own(part).net.visit_mut(&Key::ROOT, &mut |_, parameter| parameter.borrow(nothing()));
        }
        self.values.clear();
    }

    /// Runs `f` for each part, on one thread.
    fn each(&self, parts: usize, batch: usize, seed: u64, f: impl Fn(&mut N, &mut Run<'_>, Range<usize>) + Sync) {
        threads::parallel(parts, 2 * N::MACS as usize * batch, |i| {
            let samples = cut(batch, parts, i)..cut(batch, parts, i + 1);
            let mut part = locked(&self.all[i]);
            let Part { net, workspace } = &mut *part;
            let mut run = workspace.run(N::TRAINING.floats, samples.len(), seed);
            (run.first, run.total) = (samples.start, batch);
            threads::alone(|| f(net, &mut run, samples));
        });
    }
}

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

fn own<T>(of: &mut Mutex<T>) -> &mut T {
    of.get_mut().unwrap_or_else(PoisonError::into_inner)
}
