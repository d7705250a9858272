//! Whole networks: what they give and how they train, on the device and on the CPU.

use convnet_runtime::cuda::{Cuda, CudaTrainer, Device, OnHost};
use convnet_runtime::prelude::*;
use convnet_runtime::train::random::Random;

use crate::nets::LeNet;
use crate::support::{emulated_each, folder, on_device};

pub fn images<V: Shape>(batch: usize, seed: u64) -> Tensor<V> {
    let mut random = Random::new(seed, 5);
    Tensor::from_fn(batch, |_, _, _, _| random.normal())
}

fn labels(count: usize, classes: usize, seed: u64) -> Vec<usize> {
    let mut random = Random::new(seed, 6);
    (0..count).map(|_| random.below(classes)).collect()
}

/// The distance of two vectors by the length of the second.
pub fn distance(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let square = |x: f32| f64::from(x) * f64::from(x);
    let (apart, length): (f64, f64) =
        a.iter().zip(b).fold((0.0, 0.0), |(apart, length), (a, b)| (apart + square(a - b), length + square(*b)));
    (apart.sqrt() / length.sqrt().max(1e-20)) as f32
}

fn same_parameters<N: Network>(a: &N, b: &N, most: f32) {
    for ((name, a), (_, b)) in a.parameters().into_iter().zip(b.parameters()) {
        let apart = distance(&a.values(), &b.values());
        assert!(apart <= most, "`{name}` is {apart:e} apart");
    }
}

#[test]
fn lenet_gives_what_it_gives_on_the_cpu() {
    on_device("networks::lenet_gives_what_it_gives_on_the_cpu", |device| {
        let cpu = LeNet::new(3);
        let net = Cuda::new(cpu.clone(), device).unwrap();
        for batch in [1, 3, 2, 0] {
            let images = images(batch, batch as u64);
            let (expected, given) = (cpu.predict(&images), net.predict(&images).unwrap());
            assert_eq!(given.batch(), batch);
            let apart = distance(given.tensor().values(), expected.tensor().values());
            assert!(apart < 1e-5, "batch {batch}: {apart:e}");
        }
        assert_eq!(net.classify(&images(5, 9)).unwrap(), cpu.classify(&images(5, 9)));
    });
}

#[test]
fn lenet_trains_as_on_the_cpu() {
    on_device("networks::lenet_trains_as_on_the_cpu", |device| {
        let sgd = Sgd::new(0.02).momentum(0.9).weight_decay(5e-4);
        let (mut cpu, mut trainer) = (LeNet::new(1), Trainer::new(sgd, 1));
        let (mut net, mut device_trainer) = (Cuda::new(cpu.clone(), device).unwrap(), CudaTrainer::new(sgd, 1));
        // Among the images of seed 0, a window of a pool has two largest sums that differ by less than rounding does: the CPU's
        // methods and the device may choose differently, and all that follows is another gradient.
        for step in 1..4 {
            let (images, labels) = (images(4, step), labels(4, 10, step));
            let expected = trainer.step(&mut cpu, &images, &CrossEntropy(&labels)).unwrap();
            let loss = device_trainer.step(&mut net, &images, &CrossEntropy(&labels)).unwrap();
            assert!((loss - expected).abs() < 1e-4 * expected, "step {step}: {loss} {expected}");
        }
        for ((name, gradient), (other, parameter)) in net.gradients().unwrap().into_iter().zip(cpu.parameters()) {
            assert_eq!(name, other);
            assert!(distance(&gradient, &parameter.gradient()) < 1e-3, "the gradient of `{name}`");
        }
        same_parameters(&net.into_cpu().unwrap(), &cpu, 1e-4);
    });
}

#[test]
fn moving_keeps_every_bit() {
    on_device("networks::moving_keeps_every_bit", |device| {
        let sgd = Sgd::new(0.05).momentum(0.9);
        let (images, labels) = (images(3, 1), labels(3, 10, 1));
        let (mut cpu, mut trainer) = (LeNet::new(2), Trainer::new(sgd, 1));
        trainer.step(&mut cpu, &images, &CrossEntropy(&labels)).unwrap();
        // There and back, then a step that needs the optimizer's memory.
        let mut moved = Cuda::new(cpu.clone(), device).unwrap().into_cpu().unwrap();
        assert_eq!(moved.to_bytes(), cpu.to_bytes());
        let mut other = Trainer::new(sgd, 1);
        for (net, trainer) in [(&mut cpu, &mut trainer), (&mut moved, &mut other)] {
            trainer.step(net, &images, &CrossEntropy(&labels)).unwrap();
        }
        assert_eq!(moved.to_bytes(), cpu.to_bytes());
    });
}

#[test]
fn moving_on_the_way_changes_nothing() {
    on_device("networks::moving_on_the_way_changes_nothing", |device| {
        let sgd = Sgd::new(0.05).momentum(0.9);
        let train = |moved: bool| {
            let (mut net, mut trainer) = (Cuda::new(LeNet::new(2), device).unwrap(), CudaTrainer::new(sgd, 1));
            for step in 0..2 {
                trainer.step(&mut net, &images(2, step), &CrossEntropy(&labels(2, 10, step))).unwrap();
                if moved {
                    net = Cuda::new(net.into_cpu().unwrap(), device).unwrap();
                }
            }
            net.into_cpu().unwrap().to_bytes()
        };
        assert!(train(false) == train(true));
    });
}

fn trained(device: &Device, queued: bool) -> Vec<u8> {
    let mut net = Cuda::new(LeNet::new(4), device).unwrap();
    let mut trainer = CudaTrainer::new(Sgd::new(0.02).momentum(0.9), 3);
    for step in 0..5 {
        let (images, labels) = (images(2 + step as usize % 2, step), labels(2 + step as usize % 2, 10, step));
        if queued {
            trainer.queue(&mut net, &images, &CrossEntropy(&labels)).unwrap();
        } else {
            trainer.step(&mut net, &images, &CrossEntropy(&labels)).unwrap();
        }
    }
    assert!(trainer.finish(&mut net).unwrap().is_none_or(f32::is_finite));
    net.into_cpu().unwrap().to_bytes()
}

#[test]
fn the_same_bits_each_time_and_queued() {
    on_device("networks::the_same_bits_each_time_and_queued", |device| {
        let once = trained(device, false);
        assert!(once == trained(device, false), "again");
        assert!(once == trained(device, true), "queued");
    });
}

#[test]
fn the_same_bits_in_whatever_order_threads_run() {
    let file = folder("order");
    let (test, name) = ("networks::the_same_bits_in_whatever_order_threads_run", file.display().to_string());
    let seeds = ["1", "2"].map(|seed| [("CUEMU_SEED", seed), ("CONVNET_TEST_FILE", &*name)]);
    emulated_each(test, &[&seeds[0], &seeds[1]], || {
        let (bits, file) = (trained(&Device::new(0).unwrap(), false), std::env::var_os("CONVNET_TEST_FILE").unwrap());
        match std::fs::read(&file) {
            Ok(before) => assert!(bits == before),
            Err(_) => std::fs::write(file, bits).unwrap(),
        }
    });
    let _ = std::fs::remove_file(file);
}

#[test]
fn losses_of_the_host_and_of_targets() {
    network! { pub struct Small { input 6x6x2 -> conv3-5 -> relu -> conv3-3(pad=0) } }
    on_device("networks::losses_of_the_host_and_of_targets", |device| {
        let target = images(3, 7);
        let train = |on_host: bool| {
            let mut net = Cuda::new(Small::new(1), device).unwrap();
            let mut trainer = CudaTrainer::new(Sgd::new(0.1), 1);
            let images = images(3, 1);
            let loss = if on_host {
                trainer.step(&mut net, &images, &OnHost(MeanSquared(&target))).unwrap()
            } else {
                trainer.step(&mut net, &images, &MeanSquared(&target)).unwrap()
            };
            (loss, net.into_cpu().unwrap())
        };
        let (mut cpu, images) = (Small::new(1), images(3, 1));
        let expected = Trainer::new(Sgd::new(0.1), 1).step(&mut cpu, &images, &MeanSquared(&target)).unwrap();
        for on_host in [true, false] {
            let (loss, net) = train(on_host);
            assert!((loss - expected).abs() < 1e-5 * expected, "{on_host}: {loss} {expected}");
            same_parameters(&net, &cpu, 1e-5);
        }
    });
}

#[test]
fn each_kernel_is_timed() {
    on_device("networks::each_kernel_is_timed", |device| {
        network! { pub struct One { input 3x3x2 -> fc-2 } }
        let (mut net, images) = (Cuda::new(One::new(1), device).unwrap(), images(2, 1));
        let before = net.predict(&images).unwrap();
        for training in [false, true] {
            assert!(net.pass_time(&images, training).unwrap() > 0.0);
        }
        assert_eq!(net.predict(&images).unwrap().values(), before.values());
        let times = net.profile(&images).unwrap();
        assert!(times.len() >= 4 && times.iter().all(|time| time.milliseconds >= 0.0), "{times:?}");
        // The products are those of the layer, forward and to the gradient of its weights.
        let parts = times.iter().filter(|time| time.products > 0).filter_map(|time| time.layer);
        let parts: Vec<_> = parts.map(|layer| (layer.part, layer.input, layer.output, layer.kernel)).collect();
        assert_eq!(parts, [("fprop", [3, 3, 2], [1, 1, 2], [3, 3]), ("wgrad", [3, 3, 2], [1, 1, 2], [3, 3])]);
    });
}

/// Both train for some steps; losses, parameters and running statistics are the same.
fn train_both<N: Network + Clone, L>(net: N, device: &Device, batch: usize, most: f32, loss: impl Fn(u64) -> L)
where
    L: convnet_runtime::train::loss::Loss<N::Logits> + convnet_runtime::cuda::DeviceLoss<N::Logits>,
{
    let sgd = Sgd::new(0.05).momentum(0.9).nesterov().weight_decay(1e-3);
    let (mut cpu, mut trainer) = (net.clone(), Trainer::new(sgd, 5));
    let (mut net, mut device_trainer) = (Cuda::new(net, device).unwrap(), CudaTrainer::new(sgd, 5));
    for step in 0..3 {
        let (images, loss) = (images(batch, step), loss(step));
        let expected = trainer.step(&mut cpu, &images, &loss).unwrap();
        let given = device_trainer.step(&mut net, &images, &loss).unwrap();
        assert!((given - expected).abs() <= most * expected.abs(), "step {step}: {given} {expected}");
    }
    same_parameters(net.cpu().unwrap(), &cpu, most);
    // The optimizer's memory comes along: one more step on the CPU.
    let mut back = net.into_cpu().unwrap();
    for net in [&mut cpu, &mut back] {
        Trainer::new(sgd, 6).step(net, &images(batch, 9), &loss(9)).unwrap();
    }
    same_parameters(&back, &cpu, most);
}

#[test]
fn norms_sums_and_dropout_train_as_on_the_cpu() {
    network! {
        pub struct Mixed {
            input 8x8x3
            -> conv3-8(bias=false) -> bn -> relu
            -> (conv3-8(bias=false) -> bn -> relu -> conv3-8 + skip) -> leaky_relu(0.1)
            -> maxpool -> dropout -> {
                deep: conv3-5 -> relu -> gap,
                wide: fc-7 -> tanh,
            }
        }
    }
    on_device("networks::norms_sums_and_dropout_train_as_on_the_cpu", |device| {
        train_both(Mixed::new(1), device, 5, 2e-3, |step| {
            let labels = labels(5, 5, step);
            OnHost(move |heads: &MixedLogits, gradient: &mut MixedLogits| {
                let target = Tensor::from_fn(5, |n, c, _, _| (n + c) as f32 * 0.1);
                Ok(CrossEntropy(&labels).evaluate(&heads.deep, &mut gradient.deep)?
                    + MeanSquared(&target).evaluate(&heads.wide, &mut gradient.wide)?)
            })
        });
    });
}

#[test]
fn heads_come_in_their_order() {
    network! { pub struct Two { input 4x4x3 -> conv3-5 -> relu -> { class: fc-4 -> softmax, size: conv1-2 -> relu } } }
    on_device("networks::heads_come_in_their_order", |device| {
        let cpu = Two::new(1);
        let net = Cuda::new(cpu.clone(), device).unwrap();
        let (expected, given) = (cpu.predict(&images(3, 1)), net.predict(&images(3, 1)).unwrap());
        assert!(distance(given.class.tensor().values(), expected.class.tensor().values()) < 1e-5);
        assert!(distance(given.size.values(), expected.size.values()) < 1e-5);
        std::thread::scope(|scope| {
            for seed in 0..3 {
                let (net, cpu) = (&net, &cpu);
                scope.spawn(move || {
                    let (expected, given) = (cpu.predict(&images(2, seed)), net.predict(&images(2, seed)).unwrap());
                    assert!(distance(given.size.values(), expected.size.values()) < 1e-5);
                });
            }
        });
    });
}
