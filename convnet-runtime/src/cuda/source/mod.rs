//! Program in, CUDA C and launches out: one kernel for each distinct geometry, instantiated from the templates that lie
//! beside the operations' other kernels, and the launches of each pass for a batch size.

mod chain;
mod emitter;
mod head;
mod kernel;
mod scope;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use chain::{Before, Ready};
pub(crate) use emitter::{BLOCKS, Emitter, Packing};
pub(crate) use kernel::{Kernel, volume};

use super::launch::{Launches, Precision};
use super::places::Places;
use crate::program::Program;

/// A network's kernels, and what is needed to launch them.
pub struct Module {
    /// All kernels as one CUDA C text, without includes.
    pub source: String,
    /// Where the parameters lie.
    pub places: Places,
    /// Bytes of all packed weights.
    pub packed: usize,
    program: Program,
    precision: Precision,
    architecture: String,
}

impl Module {
    /// The kernels of a network for an architecture: `sm_80`, `sm_90a`.
    pub fn new(program: &Program, precision: Precision, architecture: &str) -> Self {
        // The kernels do not depend on the batch.
        let (emitter, _) = walk::walk(program, precision, architecture, 1);
        let places = Places::new(&emitter.parameter_specs());
        let (source, packed, architecture) = (emitter.source(), emitter.packed, architecture.to_owned());
        Self { source, places, packed, program: *program, precision, architecture }
    }

    /// What runs for a batch of this size.
    pub fn launches(&self, batch: usize) -> Launches {
        walk::walk(&self.program, self.precision, &self.architecture, batch).1
    }
}
