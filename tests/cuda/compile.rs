//! Every kernel of the networks, compiled for `sm_80` and `sm_90a` where NVRTC is: registers, spills, tensor cores.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use convnet_runtime::cuda::{Compiled, Compiler, Cuda, DeviceError, Precision};
use convnet_runtime::prelude::*;

use crate::mobilenet::MobileNet;
use crate::nets::{CifarVgg, Discriminator, LeNet, VggD};
use crate::resnet::ResNet18;

/// Bytes that a kernel may spill, by the beginning of its name. The loss runs once in a step, over the logits alone.
const SPILLS: [(&str, usize); 3] = [("conv_forward", 8), ("conv_input_gradient", 16), ("cross_entropy", 8)];

/// What a network is compiled with.
type Way = (Precision, &'static str);
/// A program takes half a minute: the networks share these among them, unless `CONVNET_COMPILE_ALL=1` asks for all of each.
const ALL: [Way; 6] = [
    (Precision::F32, "sm_80"),
    (Precision::F32, "sm_90a"),
    (Precision::Tf32, "sm_80"),
    (Precision::Tf32, "sm_90a"),
    (Precision::Bf16, "sm_80"),
    (Precision::Bf16, "sm_90a"),
];

/// What ptxas says about a kernel.
#[derive(Debug)]
struct Usage {
    kernel: String,
    registers: usize,
    spilled: usize,
    /// Bytes of memory of a thread's own.
    stack: usize,
    /// Bytes of static shared memory.
    shared: usize,
}

fn compiler() -> Option<Compiler> {
    match Compiler::find() {
        Ok(compiler) => Some(compiler),
        Err(error) if env::var_os("CONVNET_CUDA_LIB").is_some() => panic!("{error}"),
        Err(_) => {
            println!("skipped: compiling CUDA's kernels: there is no NVRTC");
            None
        }
    }
}

/// The number before a phrase.
fn before(line: &str, phrase: &str) -> usize {
    let head = line.split(phrase).next().unwrap_or_default();
    head.split_whitespace().last().and_then(|word| word.parse().ok()).unwrap_or_default()
}

fn usages(log: &str) -> Vec<Usage> {
    let mut usages: Vec<Usage> = Vec::new();
    for line in log.lines() {
        if let Some((_, kernel)) = line.split_once("Function properties for ") {
            let kernel = kernel.trim().to_owned();
            usages.push(Usage { kernel, registers: 0, spilled: 0, stack: 0, shared: 0 });
        } else if let Some(usage) = usages.last_mut() {
            if line.contains("bytes spill stores") {
                usage.stack = before(line, " bytes stack frame");
                usage.spilled = before(line, " bytes spill stores") + before(line, " bytes spill loads");
            } else if line.contains("Used ") {
                usage.registers = before(line, " registers");
                usage.shared = before(line, " bytes smem");
            }
        }
    }
    usages
}

/// Instructions of a cubin by what they do, if there is a disassembler beside NVRTC.
#[derive(Debug)]
struct Instructions {
    /// Products of a warp.
    hmma: usize,
    /// Products of a warpgroup.
    hgmma: usize,
    /// Bulk copies of boxes.
    utmaldg: usize,
    /// Warpgroups that take registers, and that give theirs away.
    shares: [usize; 2],
    /// Registers of what follows on those that have given theirs away.
    kept: usize,
}

fn instructions(image: &[u8], name: &str) -> Option<Instructions> {
    let folder = PathBuf::from(env::var_os("CONVNET_CUDA_LIB")?);
    let program =
        [folder.join("nvidia/cu13/bin/nvdisasm"), folder.join("bin/nvdisasm")].into_iter().find(|p| p.exists())?;
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.cubin"));
    fs::write(&file, image).unwrap();
    let output = Command::new(program).arg("-c").arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    let count = |word: &str| text.lines().filter(|line| line.contains(word)).count();
    let shares = ["TRY_ALLOC", "DEALLOC"].map(|what| count(&format!(" USETMAXREG.{what}.")));
    let kept = registers_kept(&text);
    Some(Instructions { hmma: count(" HMMA."), hgmma: count(" HGMMA."), utmaldg: count(" UTMALDG."), shares, kept })
}

/// The most registers that code needs between where it gives some away and its end.
fn registers_kept(text: &str) -> usize {
    let (mut inside, mut most) = (false, 0);
    for line in text.lines() {
        inside |= line.contains(" USETMAXREG.DEALLOC.");
        if inside {
            let words = line.split(|c: char| !c.is_alphanumeric());
            let numbers = words.filter_map(|word| word.strip_prefix('R')?.parse::<usize>().ok());
            most = numbers.fold(most, |most, number| most.max(number + 1));
        }
        inside &= !line.contains(" EXIT ") || line.contains('@');
    }
    most
}

fn check<N: Network>(compiler: &Compiler, ways: &[Way]) {
    let ways = if env::var_os("CONVNET_COMPILE_ALL").is_some_and(|value| value == "1") { &ALL } else { ways };
    for &(precision, architecture) in ways {
        let begun = Instant::now();
        let source = Cuda::<N>::source(precision, architecture);
        let Compiled { image, log } =
            compiler.compile(&source, architecture).unwrap_or_else(|error| panic!("{}: {error}", N::NAME));
        let usages = usages(&log);
        let name = format!("{}-{precision:?}-{architecture}", N::NAME);
        let most = usages.iter().map(|usage| usage.registers).max().unwrap_or_default();
        let found = instructions(&image, &name);
        println!(
            "{name}: {} kernels, at most {most} registers, {} KiB, {found:?}, {:.1} s",
            usages.len(),
            image.len() >> 10,
            begun.elapsed().as_secs_f64()
        );
        assert!(!usages.is_empty() && most > 0, "{name}: the log tells nothing:\n{log}");
        for Usage { kernel, spilled, .. } in &usages {
            let allowed = SPILLS.iter().find(|(start, _)| kernel.starts_with(start)).map_or(0, |(_, bytes)| *bytes);
            assert!(*spilled <= allowed, "{name}: `{kernel}` spills {spilled} bytes");
        }
        for line in log.lines() {
            // C7510 and its like: wgmma that waits for itself.
            let serialised = ["C7510", "C7517", "C7519", "serializ"].iter().any(|word| line.contains(word));
            assert!(!serialised && !line.contains("warning"), "{name}: {line}");
        }
        // Kernels for Hopper's units share out the registers with which they are launched: all that 384 threads may have. Their
        // tensor maps stay where the launch has put them, from where the copies take them; a copy would lie on the stack. All
        // the shared memory of a multiprocessor is what they are launched with, which begins at a multiple of 1024 bytes.
        for Usage { kernel, registers, stack, shared, .. } in usages.iter().filter(|u| u.kernel.contains("_boxes_")) {
            assert_eq!((*registers, *stack, *shared), (168, 0, 0), "{name}: `{kernel}`");
        }
        // A step of a kernel for Hopper's units is four products, and at least two copies.
        let wide = usages.iter().filter(|usage| usage.kernel.contains("_boxes_")).count();
        assert!(wide == 0 || (precision != Precision::F32 && architecture == "sm_90a"), "{name}");
        if let Some(Instructions { hmma, hgmma, utmaldg, shares, kept }) = found {
            assert_eq!((hgmma, shares), (4 * wide, [wide; 2]), "{name}");
            // As many as `reg_dec` leaves.
            assert!((wide == 0) == (kept == 0) && kept <= 24, "{name}: {kept}");
            assert!(utmaldg >= 2 * wide && (wide > 0 || utmaldg == 0), "{name}: {utmaldg}");
            assert_eq!(hmma > 0, precision != Precision::F32, "{name}: {hmma}");
        }
    }
}

/// Sums of floats in the order in which threads come would not be the same bits each time.
fn adds_nothing_in_any_order<N: Network>() {
    for (precision, architecture) in ALL {
        let source = Cuda::<N>::source(precision, architecture);
        let adds = |word: &&str| ["atom", "reduce"].iter().any(|start| word.starts_with(start)) || *word == "red";
        let mut words = source.split(|c: char| !c.is_alphanumeric()).filter(adds);
        // The first gradient that is not finite.
        assert_eq!((words.next(), words.next()), (Some("atomicMin"), None), "{}", N::NAME);
    }
}

macro_rules! networks {
    ($($test:ident $network:ident $($way:literal)*;)*) => {$(
        #[test]
        fn $test() {
            if let Some(compiler) = compiler() {
                check::<$network>(&compiler, &[$(ALL[$way]),*]);
            }
        }
    )*
        #[test]
        fn kernels_add_nothing_in_any_order() {
            $(adds_nothing_in_any_order::<$network>();)*
        }
    };
}

networks! {
    lenet LeNet 0 5;
    cifar_vgg CifarVgg 3;
    vgg_d VggD 5;
    resnet_18 ResNet18 4;
    mobilenet MobileNet 2;
    dcgan_discriminator Discriminator 1;
}

#[test]
fn mistakes_come_with_their_line() {
    let Some(compiler) = compiler() else { return };
    let Err(DeviceError::Compile { log }) = compiler.compile("__global__ void f() { nothing; }", "sm_90a") else {
        panic!("it compiles");
    };
    assert!(log.contains("network.cu(1)") && log.contains("nothing"), "{log}");
    assert!(compiler.compile("__global__ void f() {}", "sm_1").is_err());
}

#[test]
fn logs_are_read() {
    let log = "ptxas info    : Compiling entry function 'a_0' for 'sm_80'\n\
               ptxas info    : Function properties for a_0\n    \
               16 bytes stack frame, 12 bytes spill stores, 8 bytes spill loads\n\
               ptxas info    : Used 40 registers, used 1 barriers, 8704 bytes smem, 384 bytes cmem[0]\n";
    let usages = usages(log);
    assert_eq!(usages.len(), 1);
    let Usage { kernel, registers, spilled, stack, shared } = &usages[0];
    assert_eq!((kernel.as_str(), *registers, *spilled, *stack, *shared), ("a_0", 40, 20, 16, 8704));
}
