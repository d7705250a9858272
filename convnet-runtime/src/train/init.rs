//! First values of weights.

use super::random::Random;
use crate::network::{Key, Network};
use crate::parameter::Role;

/// How the weights of a network to train are drawn. Biases begin at zero, scales at one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Init {
    /// Normal with variance `2 / fan_in` (He et al. 2015), for layers before a relu.
    #[default]
    He,
    /// Uniform with variance `2 / (fan_in + fan_out)` (Glorot & Bengio 2010), for layers before tanh or sigmoid.
    Xavier,
}

/// Draws all weights of `net`: each parameter has a sequence of its own, in the order of weight files.
pub(crate) fn draw<N: Network>(net: &mut N, init: Init, seed: u64) {
    let mut stream = 0;
    net.visit_mut(&Key::ROOT, &mut |_, parameter| {
        stream += 1;
        if parameter.role() != Role::Weight {
            return;
        }
        let mut random = Random::new(seed, stream);
        let (filters, fan_in) = (parameter.shape()[0], parameter.shape()[1..].iter().product::<usize>());
        let window: usize = parameter.shape().iter().skip(2).product();
        let values: Vec<f32> = match init {
            Init::He => {
                let deviation = (2.0 / fan_in as f32).sqrt();
                (0..parameter.len()).map(|_| random.normal() * deviation).collect()
            }
            Init::Xavier => {
                let bound = (6.0 / (fan_in + filters * window) as f32).sqrt();
                (0..parameter.len()).map(|_| (2.0 * random.uniform() - 1.0) * bound).collect()
            }
        };
        // As many as the parameter has.
        let _ = parameter.set(&values);
    });
}
