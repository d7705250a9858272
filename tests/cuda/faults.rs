//! What can go wrong: no driver, no device, no compiler, no memory, a damaged cache, a lost device, steps that fail.

use std::fs;
use std::path::PathBuf;

use convnet_runtime::cuda::{Compiler, Cuda, CudaTrainer, Device, DeviceError, Precision};
use convnet_runtime::prelude::*;

use crate::support::{alone, emulated, on_device};

network! { pub struct Tiny { input 4x4x2 -> conv3-3 -> bn -> relu -> fc-3 -> softmax } }

fn images(batch: usize) -> Tensor<Volume<4, 4, 2>> {
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
fn an_old_driver() {
    emulated("faults::an_old_driver", &[("CUEMU_DRIVER", "11040")], || {
        assert_eq!(Device::new(0).unwrap_err(), DeviceError::OldDriver { driver: (11, 4), needed: (12, 0) });
    });
}

#[test]
fn no_compiler() {
    alone("faults::no_compiler", &[("CONVNET_CUDA_LIB", "/no/such/folder")], || match Compiler::find() {
        Ok(_) => println!("skipped: a missing NVRTC: the system has one"),
        Err(error) => {
            let text = error.to_string();
            assert!(text.starts_with("NVRTC is not found") && text.contains("/no/such/folder"), "{text}");
        }
    });
}

#[test]
fn what_the_compiler_refuses_comes_with_its_words() {
    let broken = std::env::temp_dir().join(format!("convnet-refuses-{}", std::process::id()));
    let test = "faults::what_the_compiler_refuses_comes_with_its_words";
    let cache = broken.join("cache").display().to_string();
    emulated(test, &[("CUEMU_OPTIMISE", "-no-such-option"), ("CONVNET_CUDA_CACHE", &cache)], || {
        let net = Tiny::new(1);
        let error = Cuda::new(net, &Device::new(0).unwrap()).unwrap_err();
        assert!(error.to_string().contains("no-such-option"), "{error}");
        assert_eq!(error.network.predict(&images(1)).batch(), 1);
    });
}

#[test]
fn without_memory_the_network_comes_back() {
    emulated("faults::without_memory_the_network_comes_back", &[("CUEMU_MEMORY", "500")], || {
        let net = Tiny::new(1);
        let expected = net.to_bytes();
        let error = Cuda::new(net, &Device::new(0).unwrap()).unwrap_err();
        assert!(matches!(error.cause, DeviceError::OutOfMemory { bytes } if bytes > 0), "{error}");
        assert_eq!(error.network.to_bytes(), expected);
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

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("convnet-{name}-{}", std::process::id()))
}

#[test]
fn damaged_cubins_are_made_again() {
    let cache = folder("damaged").display().to_string();
    emulated("faults::damaged_cubins_are_made_again", &[("CONVNET_CUDA_CACHE", &cache)], || {
        let cache = PathBuf::from(std::env::var_os("CONVNET_CUDA_CACHE").unwrap());
        let (cpu, device) = (Tiny::new(1), Device::new(0).unwrap());
        let expected = cpu.predict(&images(1)).class(0);
        let check = || {
            let net = Cuda::new(cpu.clone(), &device).unwrap();
            assert_eq!(net.predict(&images(1)).unwrap().class(0), expected);
        };
        check();
        let file = fs::read_dir(&cache).unwrap().next().unwrap().unwrap().path();
        let whole = fs::read(&file).unwrap();
        for bytes in [&whole[..whole.len() / 2], b"", b"convnet cubin 1\nnothing"] {
            fs::write(&file, bytes).unwrap();
            check();
            assert!(fs::read(&file).unwrap().starts_with(b"convnet cubin 1\n"));
        }
        fs::remove_dir_all(&cache).unwrap();
        // A folder that cannot be made.
        fs::write(&cache, "a file").unwrap();
        check();
        fs::remove_file(&cache).unwrap();
    });
}

#[test]
fn processes_fill_one_cache_at_once() {
    let cache = folder("shared").display().to_string();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                emulated("faults::processes_fill_one_cache_at_once", &[("CONVNET_CUDA_CACHE", &cache)], || {
                    let (cpu, device) = (Tiny::new(1), Device::new(0).unwrap());
                    let net = Cuda::new(cpu.clone(), &device).unwrap();
                    assert_eq!(net.predict(&images(1)).unwrap().class(0), cpu.predict(&images(1)).class(0));
                });
            });
        }
    });
    let _ = fs::remove_dir_all(cache);
}

#[test]
fn carried_cubins_need_no_compiler() {
    emulated("faults::carried_cubins_need_no_compiler", &[], || {
        let (cpu, device) = (Tiny::new(1), Device::new(0).unwrap());
        let cubin = Cuda::<Tiny>::cubin(&device.architecture(), Precision::F32).unwrap();
        let net = Cuda::with_cubin(cpu.clone(), &device, Precision::F32, &cubin).unwrap();
        assert_eq!(net.predict(&images(1)).unwrap().class(0), cpu.predict(&images(1)).class(0));
        for wrong in [&cubin[..cubin.len() - 1], b"", b"\x7fELF"] {
            let error = Cuda::with_cubin(cpu.clone(), &device, Precision::F32, wrong).unwrap_err();
            assert!(error.to_string().contains("not that of `Tiny`"), "{error}");
        }
        let other = Cuda::<Tiny>::cubin("sm_80", Precision::F32).unwrap();
        assert!(Cuda::with_cubin(cpu, &device, Precision::F32, &other).is_err());
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
