//! What can go wrong before kernels run: no compiler, another than the driver, source that it refuses, cubins that are damaged,
//! refused by the driver or cannot be kept.

use std::fs;
use std::path::PathBuf;

use convnet_runtime::cuda::{Compiler, Cuda, Device, DeviceError, MoveError, Precision};
use convnet_runtime::prelude::*;

use crate::faults::{Tiny, images};
use crate::support::{alone, emulated, emulated_each, folder, mounted};

#[test]
fn no_compiler() {
    alone("compilers::no_compiler", &[("CONVNET_CUDA_LIB", "/no/such/folder")], || match Compiler::find() {
        Ok(_) => println!("skipped: a missing NVRTC: the system has one"),
        Err(error) => {
            let text = error.to_string();
            assert!(text.starts_with("NVRTC is not found") && text.contains("/no/such/folder"), "{text}");
        }
    });
}

/// Runs `body` with the emulator's driver and this version of NVRTC, a stand-in that refuses everything.
fn with_nvrtc(test: &str, [driver, nvrtc]: [&str; 2], body: impl FnOnce(MoveError<Tiny>)) {
    let library = concat!(env!("CARGO_TARGET_TMPDIR"), "/emulator/nvrtc");
    let environment = [
        ("CONVNET_CUDA_EMULATOR", ""),
        ("CONVNET_CUDA_CACHE", ""),
        ("CONVNET_CUDA_LIB", library),
        ("CUEMU_DRIVER", driver),
        ("CUEMU_NVRTC", nvrtc),
    ];
    emulated(test, &environment, || {
        let error = Cuda::new(Tiny::new(1), &Device::new(0).unwrap()).unwrap_err();
        assert_eq!(error.network.predict(&images(1)).batch(), 1);
        body(error);
    });
}

#[test]
fn a_driver_older_than_the_compiler() {
    with_nvrtc("compilers::a_driver_older_than_the_compiler", ["12080", "13010"], |error| {
        assert_eq!(error.cause, DeviceError::OldDriver { driver: (12, 8), needed: (13, 1) });
        let text = error.to_string();
        assert!(text.contains("12.8") && text.contains("13.1") && text.contains("an NVRTC of CUDA 12"), "{text}");
    });
}

#[test]
fn an_old_compiler() {
    with_nvrtc("compilers::an_old_compiler", ["13000", "11080"], |error| {
        assert_eq!(error.cause, DeviceError::OldCompiler { version: (11, 8) });
        assert_eq!(error.to_string(), "NVRTC 11.8 is too old; 12.0 or later is needed");
    });
}

#[test]
fn a_compiler_as_new_as_the_driver_is_asked() {
    // Within one major version, a driver runs what a later minor one has made.
    with_nvrtc("compilers::a_compiler_as_new_as_the_driver_is_asked", ["13000", "13010"], |error| {
        assert!(matches!(&error.cause, DeviceError::Compile { log } if log.contains("stands in")), "{error}");
    });
}

#[test]
fn what_the_compiler_refuses_comes_with_its_words() {
    let broken = std::env::temp_dir().join(format!("convnet-refuses-{}", std::process::id()));
    let test = "compilers::what_the_compiler_refuses_comes_with_its_words";
    let cache = broken.join("cache").display().to_string();
    emulated(test, &[("CUEMU_OPTIMISE", "-no-such-option"), ("CONVNET_CUDA_CACHE", &cache)], || {
        let net = Tiny::new(1);
        let error = Cuda::new(net, &Device::new(0).unwrap()).unwrap_err();
        assert!(error.to_string().contains("no-such-option"), "{error}");
        assert_eq!(error.network.predict(&images(1)).batch(), 1);
    });
}

#[test]
fn damaged_cubins_are_made_again() {
    let cache = folder("damaged").display().to_string();
    emulated("compilers::damaged_cubins_are_made_again", &[("CONVNET_CUDA_CACHE", &cache)], || {
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
        for bytes in [&whole[..whole.len() / 2], b"", b"convnet cubin 2\nnothing"] {
            fs::write(&file, bytes).unwrap();
            check();
            assert!(fs::read(&file).unwrap().starts_with(b"convnet cubin 2\n"));
        }
        fs::remove_dir_all(&cache).unwrap();
        // A folder that cannot be made.
        fs::write(&cache, "a file").unwrap();
        check();
        fs::remove_file(&cache).unwrap();
    });
}

fn runs(net: Result<Cuda<Tiny>, MoveError<Tiny>>) {
    let class = net.unwrap().predict(&images(1)).unwrap().class(0);
    assert_eq!(class, Tiny::new(1).predict(&images(1)).class(0));
}

#[test]
fn cubins_that_the_driver_refuses_are_made_again() {
    let (cache, trace) = (folder("refused").display().to_string(), folder("trace").display().to_string());
    let environment = [("CONVNET_CUDA_CACHE", &*cache), ("CUEMU_TRACE", &trace), ("CUEMU_REFUSE", "2")];
    emulated("compilers::cubins_that_the_driver_refuses_are_made_again", &environment, || {
        let (device, trace) = (Device::new(0).unwrap(), std::env::var_os("CUEMU_TRACE").unwrap());
        // The first is compiled and kept, the second finds it, is refused and compiles, the third finds what that has kept.
        for loaded in [1, 3, 4] {
            runs(Cuda::new(Tiny::new(1), &device));
            let calls = fs::read_to_string(&trace).unwrap();
            assert_eq!(calls.lines().filter(|line| line.starts_with("cuModuleLoadData ")).count(), loaded);
        }
    });
    let _ = (fs::remove_dir_all(cache), fs::remove_file(trace));
}

#[test]
fn a_driver_that_refuses_everything() {
    let test = "compilers::a_driver_that_refuses_everything";
    emulated(test, &[("CONVNET_CUDA_CACHE", ""), ("CUEMU_REFUSE", "0")], || {
        let error = Cuda::new(Tiny::new(1), &Device::new(0).unwrap()).unwrap_err();
        assert!(
            error.to_string().starts_with("this cubin cannot be used: the driver refuses it: CUDA_ERROR_NO"),
            "{error}"
        );
        assert_eq!(error.network.predict(&images(1)).batch(), 1);
    });
}

#[test]
fn kept_and_carried_cubins_without_a_compiler() {
    let cache = folder("kept").display().to_string();
    let keep = [("CONVNET_CUDA_CACHE", &*cache)];
    let without = [keep[0], ("CONVNET_CUDA_EMULATOR", ""), ("CONVNET_CUDA_LIB", "/no/such/folder")];
    let refused = [without[0], without[1], without[2], ("CUEMU_REFUSE", "0")];
    let test = "compilers::kept_and_carried_cubins_without_a_compiler";
    emulated_each(test, &[&keep, &without, &refused], || {
        let (device, precision) = (Device::new(0).unwrap(), Precision::F32);
        let cache = PathBuf::from(std::env::var_os("CONVNET_CUDA_CACHE").unwrap());
        let file = cache.join("carried");
        if std::env::var_os("CONVNET_CUDA_LIB").is_none_or(|folder| folder != "/no/such/folder") {
            runs(Cuda::new(Tiny::new(1), &device));
            return fs::write(file, Cuda::<Tiny>::cubin(&device.architecture(), precision).unwrap()).unwrap();
        }
        if Compiler::find().is_ok() {
            return println!("skipped: cubins without NVRTC: the system has one");
        }
        let kept = Cuda::new(Tiny::new(1), &device);
        let carried = Cuda::with_cubin(Tiny::new(1), &device, precision, &fs::read(&file).unwrap());
        if std::env::var_os("CUEMU_REFUSE").is_none() {
            return [kept, carried].into_iter().for_each(runs);
        }
        let [kept, carried] = [kept, carried].map(Result::unwrap_err);
        let words = "the driver refuses it: CUDA_ERROR_NO_BINARY_FOR_GPU (no kernel image is available for execution on the device)";
        assert_eq!(carried.to_string(), format!("this cubin cannot be used: {words}"));
        let mut files = fs::read_dir(cache).unwrap().map(|entry| entry.unwrap().path());
        let kept_file = files.find(|path| *path != file).unwrap();
        let text = format!("this cubin cannot be used: `{}`: {words}. To make it again: NVRTC", kept_file.display());
        assert!(kept.to_string().starts_with(&text), "{kept}");
        assert_eq!(kept.network.predict(&images(1)).batch(), 1);
    });
    let _ = fs::remove_dir_all(cache);
}

#[test]
fn carried_cubins_that_the_driver_refuses_are_made_again() {
    let test = "compilers::carried_cubins_that_the_driver_refuses_are_made_again";
    emulated(test, &[("CONVNET_CUDA_CACHE", ""), ("CUEMU_REFUSE", "1")], || {
        let device = Device::new(0).unwrap();
        let cubin = Cuda::<Tiny>::cubin(&device.architecture(), Precision::F32).unwrap();
        runs(Cuda::with_cubin(Tiny::new(1), &device, Precision::F32, &cubin));
    });
}

/// A network runs where its cubin cannot be kept, and leaves nothing behind.
fn not_kept() {
    let (cpu, device) = (Tiny::new(1), Device::new(0).unwrap());
    let cache = PathBuf::from(std::env::var_os("CONVNET_CUDA_CACHE").unwrap());
    let net = Cuda::new(cpu.clone(), &device).unwrap();
    assert_eq!(net.predict(&images(1)).unwrap().class(0), cpu.predict(&images(1)).class(0));
    assert_eq!(fs::read_dir(cache).unwrap().count(), 0);
}

#[test]
fn a_cache_that_is_full() {
    mounted("compilers::a_cache_that_is_full", "size=16k", "CONVNET_CUDA_CACHE", not_kept);
}

#[test]
fn a_cache_that_is_read_only() {
    mounted("compilers::a_cache_that_is_read_only", "ro", "CONVNET_CUDA_CACHE", not_kept);
}

#[test]
fn processes_fill_one_cache_at_once() {
    let cache = folder("shared").display().to_string();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                emulated("compilers::processes_fill_one_cache_at_once", &[("CONVNET_CUDA_CACHE", &cache)], || {
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
    emulated("compilers::carried_cubins_need_no_compiler", &[], || {
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
