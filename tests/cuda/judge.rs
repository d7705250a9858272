//! Random networks (`tests/random_networks`): what they give and their gradients, on the device and on the CPU.

use convnet_runtime::cuda::{Cuda, CudaTrainer};
use convnet_runtime::prelude::*;

use crate::networks::{distance, images};
use crate::support::on_device;

#[path = "../support/declared.rs"]
mod declared;
pub(crate) use declared::{Single, judge};

/// Largest distance of an output or a loss, relative to its length: what PyTorch's fixtures ask of the CPU. Sums in another
/// order are 7e-7 apart at most.
const FORWARD: f32 = 1e-5;
/// The same of a gradient. The bias before a batch norm, whose gradient cancels, is 5e-5 apart, others 4e-6.
const BACKWARD: f32 = 1e-4;

/// Judges the network `Net` of a module, if it has no heads.
macro_rules! test {
    ($batch:literal) => {
        #[test]
        fn agrees() {
            let test = module_path!().split_once("::").map(|(_, path)| format!("{path}::agrees")).unwrap();
            crate::judge::against_cpu::<Net, _>(&test, $batch);
        }
    };
    ($batch:literal; heads $($heads:tt)+) => {};
}
pub(crate) use test;

pub fn against_cpu<N, V>(test: &str, batch: usize)
where
    N: Network<Logits = Tensor<V>> + Clone,
    N::Output: Single,
    V: Shape,
{
    on_device(test, |device| {
        let (mut cpu, sgd, input) = (N::new(7), Sgd::new(0.0), images::<N::Input>(batch, 3));
        let mut net = Cuda::new(cpu.clone(), device).unwrap();
        let (expected, given) = (cpu.predict(&input), net.predict(&input).unwrap());
        let apart = distance(given.values(), expected.values());
        assert!(apart < FORWARD, "output: {apart:e}");

        let target = images::<V>(batch, 4);
        let expected = Trainer::new(sgd, 0).step(&mut cpu, &input, &MeanSquared(&target)).unwrap();
        let given = CudaTrainer::new(sgd, 0).step(&mut net, &input, &MeanSquared(&target)).unwrap();
        assert!((given - expected).abs() <= FORWARD * expected.abs(), "loss: {given} {expected}");
        let gradients = net.gradients().unwrap();
        // A gradient that cancels to almost nothing is rounding: it is measured by the largest.
        let length = |values: &[f32]| values.iter().map(|v| v * v).sum::<f32>().sqrt();
        let largest = gradients.iter().map(|(_, gradient)| length(gradient)).fold(0.0, f32::max);
        for (name, gradient) in gradients {
            let (_, parameter) = cpu.parameters().into_iter().find(|(other, _)| *other == name).unwrap();
            let apart = distance(&gradient, &parameter.gradient()) * length(&parameter.gradient());
            let most = BACKWARD * length(&gradient).max(1e-2 * largest);
            assert!(apart <= most, "gradient of `{name}`: {apart:e}, {most:e}");
        }
    });
}
