//! What the machine can do: fused multiply-adds, and reads of memory, on all threads of the current pool.

use std::hint::black_box;
use std::time::Instant;

use convnet_runtime::cpu::map::LANES;
use convnet_runtime::cpu::simd::{Isa, Kernel, Simd, dispatch};

/// The peak of fused multiply-adds, in GFLOP/s.
pub fn fma(secs: f64) -> f64 {
    const STEPS: usize = 50_000;
    let rates = rayon::broadcast(|_| {
        let began = Instant::now();
        let mut operations = 0.0;
        while began.elapsed().as_secs_f64() < secs {
            operations += dispatch(Chains { steps: STEPS });
        }
        operations / began.elapsed().as_secs_f64()
    });
    rates.iter().sum::<f64>() / 1e9
}

/// How fast memory is read, in GB/s: each thread reads its own part of 256 MiB.
pub fn read(secs: f64) -> f64 {
    let floats = (64 << 20) / rayon::current_num_threads();
    let rates = rayon::broadcast(|_| {
        let memory = vec![[1.0; LANES]; floats / LANES];
        let began = Instant::now();
        let mut bytes = 0.0;
        while began.elapsed().as_secs_f64() < secs {
            black_box(dispatch(Sum { memory: &memory }));
            bytes += (memory.len() * LANES * 4) as f64;
        }
        bytes / began.elapsed().as_secs_f64()
    });
    rates.iter().sum::<f64>() / 1e9
}

/// Independent chains of multiply-adds, as many as hide the latency and fit into registers.
struct Chains {
    steps: usize,
}

impl Kernel for Chains {
    type Output = f64;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> f64 {
        if S::ISA == Isa::Avx512 { chains::<S, 12>(s, self.steps) } else { chains::<S, 6>(s, self.steps) }
    }
}

/// How many operations ran.
#[inline(always)]
fn chains<S: Simd, const N: usize>(s: S, steps: usize) -> f64 {
    let (half, one) = (s.splat(black_box(0.5)), s.splat(black_box(1.0)));
    let mut sums = [one; N];
    for _ in 0..steps {
        for sum in &mut sums {
            *sum = s.fma(*sum, half, one);
        }
    }
    black_box(sums.map(|sum| s.reduce_add(sum)));
    (2 * LANES * N * steps) as f64
}

struct Sum<'a> {
    memory: &'a [[f32; LANES]],
}

impl Kernel for Sum<'_> {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self, s: S) -> f32 {
        let mut sums = [s.zero(); 4];
        for lines in self.memory.chunks_exact(4) {
            for (sum, line) in sums.iter_mut().zip(lines) {
                *sum = s.add(*sum, s.load(line));
            }
        }
        sums.into_iter().map(|sum| s.reduce_add(sum)).sum()
    }
}
