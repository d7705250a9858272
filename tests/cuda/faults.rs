//! What can go wrong with a device: none, too old, no memory, lost, steps that fail. With compilers: `compilers.rs`.

use std::fs;

use convnet_runtime::cuda::{Cuda, CudaTrainer, Device, DeviceError, OnHost, Precision};
use convnet_runtime::prelude::*;

use crate::networks::distance;
use crate::support::{alone, emulated, emulated_each, folder, on_device};

network! { pub struct Tiny { input 4x4x2 -> conv3-3 -> bn -> relu -> fc-3 -> softmax } }

pub fn images(batch: usize) -> Tensor<Volume<4, 4, 2>> {
    Tensor::from_fn(batch, |n, c, y, x| (n + 2 * c + 3 * y * x) as f32 * 0.1 - 0.5)
}

#[test]
fn without_a_driver_it_is_an_error() {
    // Also where there is one: nothing may panic.
    match Device::new(99) {
        Err(DeviceError::NoDriver | DeviceError::NoDevice { ordinal: 99, .. } | DeviceError::OldDriver { .. }) => {}
        other => panic!("{other:?}"),
    }
}

#[test]
#[cfg(target_os = "linux")]
fn nothing_of_cuda_is_there_before_it_is_asked_for() {
    alone("faults::nothing_of_cuda_is_there_before_it_is_asked_for", &[], || {
        let loaded = fs::read_to_string("/proc/self/maps").unwrap();
        assert!(loaded.contains("libc.so"), "{loaded}");
        for library in ["libcuda", "libnvrtc", "libcudart", "libcublas", "libcudnn"] {
            assert!(!loaded.contains(library), "{library}: {loaded}");
        }
    });
}

#[test]
fn without_a_device_the_network_runs_on_the_cpu() {
    emulated("faults::without_a_device_the_network_runs_on_the_cpu", &[("CUEMU_DEVICES", "0")], || {
        let net = Tiny::new(1);
        let expected = net.predict(&images(2));
        let error = Cuda::on_best(net, Precision::Bf16).unwrap_err();
        assert_eq!(error.cause, DeviceError::NoDevice { ordinal: 0, count: 0 });
        assert_eq!(error.network.predict(&images(2)).class(1), expected.class(1));
    });
}

#[test]
fn no_device() {
    emulated("faults::no_device", &[("CUEMU_DEVICES", "0")], || {
        assert_eq!(Device::new(0).unwrap_err(), DeviceError::NoDevice { ordinal: 0, count: 0 });
    });
}

#[test]
fn no_such_device() {
    emulated("faults::no_such_device", &[], || {
        assert_eq!(Device::new(3).unwrap_err(), DeviceError::NoDevice { ordinal: 3, count: 1 });
    });
}

#[test]
fn an_old_device() {
    emulated("faults::an_old_device", &[("CUEMU_CAPABILITY", "75")], || {
        let error = Device::new(0).unwrap_err().to_string();
        assert!(error.ends_with("has compute capability 7.5; the kernels need 8.0 (Ampere) or later"), "{error}");
    });
}

#[test]
fn devices_with_less_shared_memory() {
    network! { pub struct Wide { input 6x6x8 -> conv3-128 -> relu -> fc-2 } }
    let environments = [&[("CUEMU_CAPABILITY", "86")][..], &[("CUEMU_CAPABILITY", "120")]];
    emulated_each("faults::devices_with_less_shared_memory", &environments, || {
        let (cpu, device) = (Wide::new(1), Device::new(0).unwrap());
        let images = Tensor::from_fn(2, |n, c, y, x| (n + c + y * x) as f32 * 0.1 - 0.5);
        let (expected, mut net) = (cpu.predict(&images), Cuda::with_precision(cpu, &device, Precision::Bf16).unwrap());
        assert!(distance(net.predict(&images).unwrap().values(), expected.values()) < 0.02);
        let mut trainer = CudaTrainer::new(Sgd::new(0.1), 1);
        assert!(trainer.step(&mut net, &images, &CrossEntropy(&[0, 1])).is_ok());
    });
}

#[test]
fn blocks_that_take_tiles_in_turns_are_at_most_as_many_as_multiprocessors() {
    network! { pub struct Wide { input 12x12x64 -> conv3-256 -> relu -> fc-2 } }
    let trace = folder("trace").display().to_string();
    let test = "faults::blocks_that_take_tiles_in_turns_are_at_most_as_many_as_multiprocessors";
    let with = |processors| [("CUEMU_TRACE", &*trace), ("CUEMU_PROCESSORS", processors)];
    emulated_each(test, &[&with("5"), &with("132")], || {
        let [trace, processors] = ["CUEMU_TRACE", "CUEMU_PROCESSORS"].map(|name| std::env::var(name).unwrap());
        let (cpu, device) = (Wide::new(1), Device::new(0).unwrap());
        let images = Tensor::from_fn(2, |n, c, y, x| (n + c + y * x) as f32 * 0.01 - 0.5);
        let expected = cpu.predict(&images);
        let net = Cuda::with_precision(cpu, &device, Precision::Bf16).unwrap();
        assert!(distance(net.predict(&images).unwrap().values(), expected.values()) < 0.02);
        let five = fs::read_to_string(&trace).unwrap().lines().any(|line| line == "cuLaunchKernel 5");
        assert_eq!(five, processors == "5");
        fs::remove_file(trace).unwrap();
    });
}

#[test]
fn an_old_driver() {
    emulated("faults::an_old_driver", &[("CUEMU_DRIVER", "11040")], || {
        assert_eq!(Device::new(0).unwrap_err(), DeviceError::OldDriver { driver: (11, 4), needed: (12, 0) });
    });
}

#[test]
fn without_memory_the_network_comes_back() {
    emulated("faults::without_memory_the_network_comes_back", &[("CUEMU_MEMORY", "500")], || {
        let net = Tiny::new(1);
        let expected = net.to_bytes();
        let error = Cuda::new(net, &Device::new(0).unwrap()).unwrap_err();
        let DeviceError::OutOfMemory { bytes } = error.cause else { panic!("{error}") };
        assert!(bytes > 0 && error.to_string().starts_with(&format!("the device has no {bytes} bytes")), "{error}");
        assert_eq!(error.network.to_bytes(), expected);
        assert_eq!(error.network.predict(&images(1)).batch(), 1);
    });
}

#[test]
fn a_batch_that_is_too_large_leaves_the_network_usable() {
    let test = "faults::a_batch_that_is_too_large_leaves_the_network_usable";
    emulated(test, &[("CUEMU_MEMORY", "4000000")], || {
        let (cpu, device) = (Tiny::new(1), Device::new(0).unwrap());
        let mut net = Cuda::new(cpu.clone(), &device).unwrap();
        let error = net.predict(&images(20_000)).unwrap_err();
        let DeviceError::OutOfMemory { bytes } = error else { panic!("{error}") };
        assert!(bytes > 1_000_000, "{bytes}");
        assert_eq!(net.predict(&images(2)).unwrap().class(1), cpu.predict(&images(2)).class(1));
        let mut trainer = CudaTrainer::new(Sgd::new(0.1), 1);
        let labels = vec![0; 20_000];
        let error = trainer.step(&mut net, &images(20_000), &CrossEntropy(&labels)).unwrap_err();
        assert!(error.to_string().starts_with("step 0: the device has no "), "{error}");
        assert!(trainer.step(&mut net, &images(3), &CrossEntropy(&[0, 1, 2])).is_ok());
        assert_eq!(trainer.steps(), 1);
    });
}

#[test]
fn exhausted_memory_of_the_host_is_named() {
    emulated("faults::exhausted_memory_of_the_host_is_named", &[("CUEMU_HOST_MEMORY", "100000")], || {
        let cpu = Tiny::new(1);
        let net = Cuda::new(cpu.clone(), &Device::new(0).unwrap()).unwrap();
        let error = net.predict(&images(2000)).unwrap_err();
        let DeviceError::OutOfHostMemory { bytes } = error else { panic!("{error}") };
        assert!(bytes > 100_000 && error.to_string().starts_with(&format!("the host has no {bytes} bytes")), "{error}");
        assert_eq!(net.predict(&images(2)).unwrap().class(1), cpu.predict(&images(2)).class(1));
    });
}

#[test]
fn batches_of_any_size_and_of_none() {
    on_device("faults::batches_of_any_size_and_of_none", |device| {
        let cpu = Tiny::new(1);
        let mut net = Cuda::new(cpu.clone(), device).unwrap();
        // Each is larger than all that came before, but for the empty ones.
        for batch in [1, 0, 3, 0, 40] {
            let (own, expected) = (net.predict(&images(batch)).unwrap(), cpu.predict(&images(batch)));
            assert_eq!((own.batch(), expected.batch()), (batch, batch));
            assert_eq!(net.classify(&images(batch)).unwrap(), cpu.classify(&images(batch)));
        }
        let mut trainer = CudaTrainer::new(Sgd::new(0.1), 1);
        assert!(trainer.step(&mut net, &images(50), &CrossEntropy(&[1; 50])).is_ok());
        let text = trainer.queue(&mut net, &images(0), &CrossEntropy(&[])).unwrap_err().to_string();
        assert_eq!(text, "step 1: the batch is empty");
        assert!(net.profile(&images(0)).unwrap().is_empty());
    });
}

#[test]
fn a_device_that_is_lost_is_an_error() {
    emulated("faults::a_device_that_is_lost_is_an_error", &[("CUEMU_LOSE_AFTER", "20")], || {
        let cpu = Tiny::new(1);
        let mut net = Cuda::new(cpu.clone(), &Device::new(0).unwrap()).unwrap();
        let mut trainer = CudaTrainer::new(Sgd::new(0.1), 1);
        let mut step = || trainer.step(&mut net, &images(2), &CrossEntropy(&[0, 1]));
        let error = (0..100).find_map(|_| step().err()).unwrap();
        assert!(matches!(&error, TrainError::Device { cause: DeviceError::Lost { .. }, .. }), "{error}");
        assert!(matches!(net.predict(&images(1)), Err(DeviceError::Lost { .. })));
        // What is left is the network as it was before.
        let error = net.into_cpu().err().unwrap();
        assert_eq!(error.network.to_bytes(), cpu.to_bytes());
    });
}

#[test]
fn steps_that_fail_move_nothing() {
    on_device("faults::steps_that_fail_move_nothing", |device| {
        let mut net = Cuda::new(Tiny::new(1), device).unwrap();
        let mut trainer = CudaTrainer::new(Sgd::new(0.1).momentum(0.9), 1);
        trainer.step(&mut net, &images(2), &CrossEntropy(&[0, 1])).unwrap();
        let before = net.cpu().unwrap().to_bytes();
        let error = |result: Result<f32, TrainError>| result.unwrap_err().to_string();
        let mut bad = images(2);
        bad.values_mut()[5] = f32::NAN;
        let text = error(trainer.step(&mut net, &bad, &CrossEntropy(&[0, 1])));
        assert_eq!(text, "step 1: the loss is NaN; a smaller learning rate or scaled inputs may help");
        assert_eq!(error(trainer.step(&mut net, &images(0), &CrossEntropy(&[]))), "step 1: the batch is empty");
        assert_eq!(error(trainer.step(&mut net, &images(2), &CrossEntropy(&[0]))), "step 1: 1 labels for 2 outputs");
        let text = error(trainer.step(&mut net, &images(2), &CrossEntropy(&[0, 3])));
        assert_eq!(text, "step 1: label 1 is 3, but there are 3 classes, 0 to 2");
        trainer.optimizer.rate = f32::NAN;
        let text = error(trainer.step(&mut net, &images(2), &CrossEntropy(&[0, 1])));
        assert_eq!(text, "step 1: the optimizer's rate is NaN; it must be finite and not negative");
        trainer.optimizer.rate = 0.1;
        for batch in [1, 3] {
            let other = |_: &Tensor<Features<3>>, gradient: &mut Tensor<Features<3>>| {
                gradient.reset(batch);
                Ok(1.0)
            };
            let text = error(trainer.step(&mut net, &images(2), &OnHost(other)));
            assert_eq!(text, format!("step 1: {batch} gradients for 2 outputs"));
        }
        assert_eq!(net.cpu().unwrap().to_bytes(), before);
        assert_eq!(trainer.steps(), 1);
        // Queued, the error comes with the step after the next, which is then not done.
        trainer.queue(&mut net, &bad, &CrossEntropy(&[0, 1])).unwrap();
        trainer.queue(&mut net, &images(2), &CrossEntropy(&[0, 1])).unwrap();
        let text = trainer.queue(&mut net, &images(2), &CrossEntropy(&[0, 1])).unwrap_err().to_string();
        assert!(text.starts_with("step 1: the loss is NaN"), "{text}");
        assert!(trainer.finish(&mut net).unwrap().is_some());
        assert_eq!(trainer.steps(), 3);
    });
}

#[test]
fn a_parameter_of_another_layer_is_named() {
    network! { pub struct Wide { input 4x4x4 -> conv3-3 -> fc-4 } }
    on_device("faults::a_parameter_of_another_layer_is_named", |device| {
        let mut net = Tiny::new(1);
        net.conv0 = Wide::new(1).conv0;
        let error = Cuda::new(net, device).unwrap_err();
        let text = "`0.weight` is a weight of [3, 4, 3, 3], where a weight of [3, 2, 3, 3] belongs";
        assert!(error.to_string().contains(text), "{error}");
        assert_eq!(error.network.conv0.weight.shape(), [3, 4, 3, 3]);
    });
}

#[test]
fn a_gradient_that_is_not_finite_is_named() {
    network! { pub struct Line { input 2x2x1 -> fc-1 } }
    on_device("faults::a_gradient_that_is_not_finite_is_named", |device| {
        let mut net = Cuda::new(Line::zeroed(), device).unwrap();
        let mut trainer = CudaTrainer::new(Sgd::new(0.1).momentum(0.9), 1);
        let (images, ten) = (Tensor::from_fn(2, |_, _, _, _| 3e38), Tensor::from_fn(2, |_, _, _, _| 10.0));
        let text = trainer.step(&mut net, &images, &MeanSquared(&ten)).unwrap_err().to_string();
        assert_eq!(text, "step 0: the gradient of `0.weight` is not finite; a smaller learning rate may help");
        assert_eq!(net.into_cpu().unwrap().to_bytes(), Line::zeroed().to_bytes());
    });
}

#[test]
fn after_the_first_step_nothing_is_allocated_and_nothing_waits_inside() {
    let trace = folder("trace").display().to_string();
    let test = "faults::after_the_first_step_nothing_is_allocated_and_nothing_waits_inside";
    emulated(test, &[("CUEMU_TRACE", &trace)], || {
        let trace = std::env::var_os("CUEMU_TRACE").unwrap();
        let mut net = Cuda::new(Tiny::new(1), &Device::new(0).unwrap()).unwrap();
        let mut trainer = CudaTrainer::new(Sgd::new(0.1), 1);
        let mut step = |net: &mut Cuda<Tiny>| {
            trainer.queue(net, &images(2), &CrossEntropy(&[0, 1])).unwrap();
        };
        (0..2).for_each(|_| step(&mut net));
        let before = fs::read_to_string(&trace).unwrap().len();
        (0..3).for_each(|_| step(&mut net));
        let calls = fs::read_to_string(&trace).unwrap()[before..].to_owned();
        let names: Vec<&str> = calls.lines().filter_map(|line| line.split(' ').next()).collect();
        let one = ["cuMemcpyHtoDAsync", "cuEventRecord", "cuStreamWaitEvent", "cuGraphLaunch", "cuEventRecord"];
        // Before it fills a lane, the host waits for the step before the last.
        let expected: Vec<&str> = (0..3).flat_map(|_| ["cuEventSynchronize"; 2].into_iter().chain(one)).collect();
        assert_eq!(names, expected);
        fs::remove_file(trace).unwrap();
    });
}
