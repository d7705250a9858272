//! How fast networks and single layers run here: one line per measurement, or a table of a network's stages.

mod layers;
mod machine;
mod measure;
mod methods;
mod nets;
mod options;
mod stages;
mod works;

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use options::{HELP, Options, Task};

/// For the declarations among the tests.
const fn is((height, width): (u64, u64), side: u64) -> bool {
    height == side && width == side
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let mut out = std::io::stdout();
    match options.task {
        Task::Calibrate => writeln!(out, "{:.1}", machine::fma(options.secs))?,
        Task::Lines => works::lines(options, machine::fma(2.0))?,
        Task::Stages | Task::Methods => works::tables(options, machine::fma(2.0))?,
    }
    Ok(())
}

fn main() -> ExitCode {
    let result = match options::parse(std::env::args().skip(1)) {
        Ok(Some(options)) => rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .build()
            .map_err(Into::into)
            .and_then(|pool| pool.install(|| run(&options).map_err(|error| error.to_string().into()))),
        Ok(None) => write!(std::io::stdout(), "{HELP}").map_err(Into::into),
        Err(mistake) => Err(mistake.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err::<(), Box<dyn Error + Send + Sync>>(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
