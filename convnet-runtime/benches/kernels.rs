//! Kernels alone, forward and backward: each a network of one layer that runs on volumes which lie as it reads them.
//!
//! `cargo bench -p convnet-runtime -- conv3`. Whole networks, and other libraries beside them: `examples/90_bench`.

use convnet_runtime::cpu::exchange;
use convnet_runtime::cpu::run::Workspace;
use convnet_runtime::prelude::*;
use divan::Bencher;
use divan::counter::ItemsCount;

/// Samples of a batch.
const BATCHES: [usize; 2] = [1, 8];

fn images<N: Network>(batch: usize) -> Tensor<N::Input> {
    Tensor::from_fn(batch, |n, c, y, x| ((n + 3 * c + 5 * y + 7 * x) % 11) as f32 * 0.2 - 1.0)
}

fn forward<N: Network>(bencher: Bencher<'_, '_>, batch: usize) {
    let (net, images) = (N::new(1), images::<N>(batch));
    let mut workspace = Workspace::default();
    let mut run = workspace.run(N::INFERENCE.floats, batch, 0);
    exchange::load(images.values(), &N::INFERENCE.input, &mut run);
    bencher.counter(ItemsCount::new(2 * N::MACS * batch as u64)).bench_local(|| net.infer(&mut run));
}

/// The gradients of the parameters and of the input.
fn backward<N: Network>(bencher: Bencher<'_, '_>, batch: usize) {
    let (mut net, images) = (N::new(1), images::<N>(batch));
    let mut workspace = Workspace::default();
    let mut run = workspace.run(N::TRAINING.floats, batch, 0);
    exchange::load(images.values(), &N::TRAINING.input, &mut run);
    net.forward(&mut run);
    let mut gradient = N::Logits::default();
    N::logits(&run, &mut gradient);
    bencher.counter(ItemsCount::new(4 * N::MACS * batch as u64)).bench_local(|| {
        N::set_gradient(&gradient, &mut run);
        net.backward(&mut run, true);
    });
}

macro_rules! kernel {
    ($name:ident: $($layer:tt)*) => {
        mod $name {
            use super::*;

            network! {
                struct Net { input $($layer)* }
            }

            #[divan::bench(args = BATCHES)]
            fn forward(bencher: Bencher<'_, '_>, batch: usize) {
                super::forward::<Net>(bencher, batch);
            }

            #[divan::bench(args = BATCHES)]
            fn backward(bencher: Bencher<'_, '_>, batch: usize) {
                super::backward::<Net>(bencher, batch);
            }
        }
    };
}

kernel!(conv1: 28x28x256 -> conv1-128);
kernel!(conv3: 28x28x128 -> conv3-128 -> relu);
kernel!(conv3_pool: 56x56x64 -> conv3-64 -> relu -> maxpool);
kernel!(conv3_stride: 56x56x128 -> conv3-128/2(floor));
kernel!(conv5: 28x28x32 -> conv5-64 -> relu);
kernel!(conv7_images: 224x224x3 -> conv7-64/2(floor));
kernel!(conv3_groups: 28x28x256 -> conv3-256(groups=32));
kernel!(dwconv3: 56x56x128 -> dwconv3);
kernel!(fc: 4096 -> fc-1024 -> relu);
kernel!(maxpool: 56x56x64 -> maxpool3/2(ceil));
kernel!(avgpool: 56x56x64 -> avgpool);
kernel!(bn: 28x28x128 -> bn -> relu);

fn main() {
    divan::main();
}
