//! Times a call until its median is worth something, and prints what was found.

use std::io::{self, Write};
use std::time::Instant;

/// Times of a call, in seconds.
#[derive(Clone, Copy)]
pub struct Timing {
    pub iterations: usize,
    pub median: f64,
    pub min: f64,
}

/// Times `call`, which gives its seconds itself: it may prepare something first.
pub fn time(secs: f64, mut call: impl FnMut() -> f64) -> Timing {
    let warm_up = secs.min(0.6);
    let began = Instant::now();
    let (mut calls, mut one) = (0, 0.0);
    while calls < 1 || began.elapsed().as_secs_f64() < 20.0 && (calls < 2 || began.elapsed().as_secs_f64() < warm_up) {
        one = call();
        calls += 1;
    }
    let least = if one < 0.5 { 10 } else { 3 };
    let mut times = Vec::new();
    let began = Instant::now();
    while times.len() < least || began.elapsed().as_secs_f64() < secs {
        times.push(call());
    }
    Timing { iterations: times.len(), median: median(&mut times), min: times[0] }
}

/// Times `call`.
pub fn time_calls(secs: f64, mut call: impl FnMut()) -> Timing {
    time(secs, || {
        let began = Instant::now();
        call();
        began.elapsed().as_secs_f64()
    })
}

/// Sorts the times.
pub fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// One measurement.
pub struct Line<'a> {
    pub work: &'a str,
    /// The layer, of a work that has several.
    pub variant: &'a str,
    /// `infer`, `train`, `fwd`, `bwd_data`, `bwd_weights`
    pub mode: &'a str,
    pub batch: usize,
    pub timing: Timing,
    /// Floating-point operations of one call.
    pub operations: f64,
    /// Measured just before, in GFLOP/s.
    pub peak: f64,
}

impl Line<'_> {
    pub fn print(&self, json: bool) -> io::Result<()> {
        let Self { work, variant, mode, batch, timing, peak, .. } = self;
        let (median, min) = (timing.median * 1e3, timing.min * 1e3);
        let rate = self.operations / timing.median / 1e9;
        let threads = rayon::current_num_threads();
        let mut out = io::stdout();
        if json {
            let version = env!("CARGO_PKG_VERSION");
            writeln!(
                out,
                r#"{{"peer": "convnet", "version": "{version}", "work": "{work}", "variant": "{variant}", "mode": "{mode}", "dtype": "f32", "batch": {batch}, "threads": {threads}, "iters": {}, "median_ms": {median}, "min_ms": {min}, "gflops": {rate}, "fma_calib": {peak:.1}}}"#,
                timing.iterations
            )
        } else {
            let name = if variant.is_empty() { work } else { variant };
            let share = 100.0 * rate / peak;
            writeln!(
                out,
                "{name:<32} {mode:<11} batch {batch:<4} {threads} threads {median:>10.4} ms {rate:>8.1} GFLOP/s, {share:.0} % of {peak:.0}"
            )
        }
    }
}
