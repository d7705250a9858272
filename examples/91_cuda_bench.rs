//! How fast networks run on a GPU: one line per work, then a table of a network's kernels.

use std::error::Error;
#[cfg(feature = "cuda")]
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

#[cfg(feature = "cuda")]
use convnet_runtime::cuda::{Cuda, CudaTrainer, Device, KernelTime, Layer, Precision};
#[cfg(feature = "cuda")]
use convnet_runtime::prelude::*;

#[cfg(feature = "cuda")]
#[path = "../tests/cuda/nets.rs"]
#[allow(dead_code)]
mod nets;

const HELP: &str = "\
Times VGG D, a VGG for CIFAR-10 and LeNet on a GPU: training and inference, several batches and precisions.

Usage: 91_cuda_bench [--only WHICH] [--precision P] [--seconds S] [--kernels] [--json FILE] [--smoke]
                     [--cubins FOLDER [--make ARCHITECTURE]]

  --only WHICH   vgg_d, or small for the others
  --precision P  bf16, tf32 or f32; f32 only for the small ones
  --seconds S    stops when so many seconds have gone by (default 150); 0 leaves the networks out
  --kernels      then a table of the kernels of VGG D's step, by layers
  --json FILE    adds each line to a file, as JSON
  --smoke        LeNet alone, small batches, each once: whether it runs
  --cubins FOLDER  takes kernels from there that were made ahead for the device, which need no NVRTC
  --make ARCHITECTURE  makes them (sm_90a) and does nothing else: there need be no device
  --help         this text

It needs `--features cuda`, a device and NVRTC (CONVNET_CUDA_LIB names its folder). CONVNET_CUDA_ARCHITECTURE=sm_90 keeps
the matrix instructions that only Hopper has out of the kernels, for comparison.
";

#[derive(Default)]
#[cfg_attr(not(feature = "cuda"), allow(dead_code))]
struct Options {
    only: Option<String>,
    precision: Option<String>,
    seconds: f64,
    kernels: bool,
    json: Option<String>,
    smoke: bool,
    cubins: Option<PathBuf>,
    make: Option<String>,
}

/// The options, or nothing if the help was asked for.
fn options() -> Result<Option<Options>, String> {
    let mut options = Options { seconds: 150.0, ..Options::default() };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--smoke" => options.smoke = true,
            "--kernels" => options.kernels = true,
            "--json" => options.json = Some(arguments.next().ok_or("--json needs a file")?),
            "--cubins" => options.cubins = Some(arguments.next().ok_or("--cubins needs a folder")?.into()),
            "--make" => options.make = Some(arguments.next().ok_or("--make needs an architecture")?),
            "--seconds" => {
                let value = arguments.next().and_then(|value| value.parse().ok());
                options.seconds = value.ok_or("--seconds needs a number")?;
            }
            "--only" => {
                let value = arguments.next().filter(|which| ["vgg_d", "small"].contains(&&**which));
                options.only = Some(value.ok_or("--only needs vgg_d or small")?);
            }
            "--precision" => {
                let value = arguments.next().filter(|precision| ["bf16", "tf32", "f32"].contains(&&**precision));
                options.precision = Some(value.ok_or("--precision needs bf16, tf32 or f32")?);
            }
            _ => return Err(format!("unknown option `{argument}`; try --help")),
        }
    }
    Ok(Some(options))
}

#[cfg(not(feature = "cuda"))]
fn run(_: &Options) -> Result<(), Box<dyn Error>> {
    Err("this example needs `--features cuda`".into())
}

#[cfg(feature = "cuda")]
fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    use nets::{CifarVgg, LeNet, VggD};
    use std::fs::File;
    use std::time::Instant;

    let precisions = [("bf16", Precision::Bf16), ("tf32", Precision::Tf32), ("f32", Precision::F32)];
    let wanted = |name: &str| options.precision.as_deref().is_none_or(|precision| precision == name);
    let precisions = precisions.into_iter().filter(|(name, _)| wanted(name)).map(|(_, precision)| precision);
    let precisions: Vec<Precision> = precisions.collect();
    let tensor_cores: Vec<Precision> = precisions.iter().copied().filter(|p| *p != Precision::F32).collect();
    let only = |which: &str| options.only.as_deref().is_none_or(|only| only == which);
    if let Some(architecture) = &options.make {
        let folder = options.cubins.as_deref().ok_or("--make needs --cubins")?;
        if only("vgg_d") {
            make::<VggD>("vgg_d", &tensor_cores, architecture, folder)?;
        }
        if only("small") {
            make::<CifarVgg>("cifar_vgg", &precisions, architecture, folder)?;
            make::<LeNet>("lenet", &precisions, architecture, folder)?;
        }
        return Ok(());
    }
    let device = Device::new(0)?;
    println!("device {device}");
    let json = options.json.as_ref().map(|path| File::options().create(true).append(true).open(path)).transpose()?;
    let (seconds, smoke, cubins) = (options.seconds, options.smoke, options.cubins.clone());
    let bench = Bench { device, begun: Instant::now(), seconds, json, smoke, cubins };
    bench.json(&format!("\"device\": \"{}\"", bench.device))?;
    if options.smoke {
        bench.network::<LeNet, 10>("lenet", &precisions, &[2], &[1])?;
        return if options.kernels { bench.kernels::<LeNet>("lenet", &tensor_cores, 2) } else { Ok(()) };
    }
    if only("vgg_d") {
        bench.network::<VggD, 1000>("vgg_d", &tensor_cores, &[128], &[128, 1, 32, 256])?;
    }
    if only("small") {
        bench.network::<CifarVgg, 10>("cifar_vgg", &precisions, &[128, 1024], &[128, 1024])?;
        bench.network::<LeNet, 10>("lenet", &precisions, &[128, 1024], &[128, 1024])?;
    }
    if options.kernels {
        bench.kernels::<VggD>("vgg_d", &tensor_cores, 128)?;
    }
    Ok(())
}

#[cfg(feature = "cuda")]
struct Bench {
    device: Device,
    begun: std::time::Instant,
    seconds: f64,
    json: Option<std::fs::File>,
    smoke: bool,
    cubins: Option<PathBuf>,
}

/// Where the kernels of a network lie that were made ahead.
#[cfg(feature = "cuda")]
fn cubin(folder: &Path, name: &str, precision: Precision, architecture: &str) -> PathBuf {
    folder.join(format!("{name}-{}-{architecture}.cubin", lower(precision)))
}

/// Makes them.
#[cfg(feature = "cuda")]
fn make<N: Network>(
    name: &str,
    precisions: &[Precision],
    architecture: &str,
    folder: &Path,
) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    for &precision in precisions {
        let file = cubin(folder, name, precision, architecture);
        std::fs::write(&file, Cuda::<N>::cubin(architecture, precision)?)?;
        println!("{}", file.display());
    }
    Ok(())
}

/// Images of which no two neighbours are the same.
#[cfg(feature = "cuda")]
fn images<V: Shape>(batch: usize) -> Tensor<V> {
    Tensor::from_fn(batch, |n, c, y, x| ((n * 7 + c * 5 + y * 3 + x) % 17) as f32 * 0.1 - 0.8)
}

/// As PyTorch's lines have it.
#[cfg(feature = "cuda")]
fn lower(precision: Precision) -> String {
    format!("{precision:?}").to_lowercase()
}

#[cfg(feature = "cuda")]
impl Bench {
    /// A network on the device, by kernels that were made ahead if they are at hand and this network's.
    fn ready<N: Network>(&self, name: &str, precision: Precision) -> Result<Cuda<N>, Box<dyn Error>> {
        let file = self.cubins.iter().map(|folder| cubin(folder, name, precision, &self.device.architecture())).next();
        let Some(made) = file.and_then(|file| std::fs::read(file).ok()) else {
            return Ok(Cuda::with_precision(N::new(1), &self.device, precision)?);
        };
        Cuda::with_cubin(N::new(1), &self.device, precision, &made).or_else(|error| {
            println!("{error}");
            Ok(Cuda::with_precision(error.network, &self.device, precision)?)
        })
    }

    /// Writes an object with these members to the file, if there is one.
    fn json(&self, members: &str) -> std::io::Result<()> {
        use std::io::Write;
        self.json.as_ref().map_or(Ok(()), |mut file| writeln!(file, "{{{members}}}"))
    }

    /// One network: training at some batch sizes, inference at others.
    fn network<N: Network<Logits = Tensor<Features<C>>>, const C: usize>(
        &self,
        name: &str,
        precisions: &[Precision],
        training: &[usize],
        inference: &[usize],
    ) -> Result<(), Box<dyn Error>> {
        for &precision in precisions {
            if self.begun.elapsed().as_secs_f64() > self.seconds {
                println!("left out {name} {precision:?}: the time is up");
                continue;
            }
            let begun = std::time::Instant::now();
            let mut net = self.ready::<N>(name, precision)?;
            println!("ready {name} {precision:?} after {:.1} s", begun.elapsed().as_secs_f64());
            for &batch in training {
                if self.is_over(name, precision, "train", batch) {
                    continue;
                }
                let (images, labels) = (images(batch), (0..batch).map(|n| n % C).collect::<Vec<usize>>());
                let alone = net.pass_time(&images, true)?;
                let mut trainer = CudaTrainer::new(Sgd::new(1e-4).momentum(0.9).weight_decay(5e-4), 1);
                self.line(name, precision, "train", batch, 3 * N::MACS, alone, &mut |count| {
                    (0..count).try_for_each(|_| trainer.queue(&mut net, &images, &CrossEntropy(&labels)).map(drop))?;
                    trainer.finish(&mut net).map(drop).map_err(Into::into)
                })?;
            }
            for &batch in inference {
                if self.is_over(name, precision, "infer", batch) {
                    continue;
                }
                let images = images(batch);
                let alone = net.pass_time(&images, false)?;
                self.line(name, precision, "infer", batch, N::MACS, alone, &mut |count| {
                    (0..count).try_for_each(|_| net.predict(&images).map(drop)).map_err(Into::into)
                })?;
            }
        }
        Ok(())
    }

    /// The time of each kernel of a step.
    fn kernels<N: Network>(&self, name: &str, precisions: &[Precision], batch: usize) -> Result<(), Box<dyn Error>> {
        for &precision in precisions {
            let net = self.ready::<N>(name, precision)?;
            for time in net.profile(&images(batch))? {
                let rate = 2e-9 * time.products as f64 / time.milliseconds;
                let rate = if time.products > 0 { format!(", {rate:.1} TFLOP/s") } else { String::new() };
                let KernelTime { kernel, layer, milliseconds, .. } = time;
                let (text, members) = layer.map_or_else(Default::default, |Layer { part, input, output, kernel }| {
                    let ([height, width, channels], [.., filters]) = (input, output);
                    let text = format!(" {part} {channels}->{filters} at {height}x{width}");
                    let members = format!(", \"part\": \"{part}\", \"input\": {input:?}, \"output\": {output:?}");
                    (text, format!("{members}, \"filter\": {kernel:?}"))
                });
                println!("kernel {name} {precision:?} b{batch} {kernel}{text} {milliseconds:.4} ms{rate}");
                let precision = lower(precision);
                self.json(&format!(
                    "\"net\": \"{name}\", \"precision\": \"{precision}\", \"batch\": {batch}, \"kernel\": \"{kernel}\", \
                     \"ms\": {milliseconds:.5}{members}"
                ))?;
            }
        }
        Ok(())
    }

    /// Whether there is no time for this line, which is said.
    fn is_over(&self, name: &str, precision: Precision, what: &str, batch: usize) -> bool {
        let over = self.begun.elapsed().as_secs_f64() > self.seconds;
        if over {
            println!("left out {name} {precision:?} {what} b{batch}: the time is up");
        }
        over
    }

    /// Times `work`, which does something so many times; copies of the batch to the device are in it, but not in the time
    /// of the device alone.
    #[allow(clippy::too_many_arguments)]
    fn line(
        &self,
        name: &str,
        precision: Precision,
        what: &str,
        batch: usize,
        macs: u64,
        alone: f64,
        work: &mut dyn FnMut(usize) -> Result<(), Box<dyn Error>>,
    ) -> Result<(), Box<dyn Error>> {
        let mut time = |count: usize| {
            let begun = std::time::Instant::now();
            work(count)?;
            Ok::<f64, Box<dyn Error>>(begun.elapsed().as_secs_f64() / count as f64)
        };
        let (warm, runs) = if self.smoke { (1, 1) } else { (2, 5) };
        time(warm)?;
        let count = if self.smoke { 1 } else { (0.2 / time(2)?.max(1e-6)).clamp(2.0, 2000.0) as usize };
        let mut runs = (0..runs).map(|_| time(count)).collect::<Result<Vec<f64>, _>>()?;
        runs.sort_by(f64::total_cmp);
        let (best, median) = (runs[0], runs[runs.len() / 2]);
        let rate = batch as f64 / median;
        let tflops = 2e-12 * macs as f64 * rate;
        println!(
            "{name} {precision:?} {what} b{batch}: {:.4} ms (best {:.4}), {rate:.0} images/s, {tflops:.2} TFLOP/s; the device \
             alone {alone:.4} ms",
            median * 1e3,
            best * 1e3
        );
        self.json(&format!(
            "\"net\": \"{name}\", \"precision\": \"{}\", \"what\": \"{what}\", \"batch\": {batch}, \"ms\": {:.5}, \"least\": {:.5}, \
             \"device_ms\": {alone:.5}, \"images_per_s\": {rate:.1}, \"tflops\": {tflops:.3}",
            lower(precision),
            median * 1e3,
            best * 1e3
        ))?;
        Ok(())
    }
}

fn main() -> ExitCode {
    let result = match options() {
        Ok(Some(options)) => run(&options),
        Ok(None) => {
            print!("{HELP}");
            Ok(())
        }
        Err(mistake) => Err(mistake.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
