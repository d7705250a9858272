//! Another network used as a layer.

use crate::cpu::map::{Buffer, Gradient};

/// One stage.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// What the outer network gives.
    pub input: Buffer,
    /// Where the inner network's output goes.
    pub output: Buffer,
    /// Which of the workspaces in the outer network's is the inner's.
    pub slot: usize,
}
