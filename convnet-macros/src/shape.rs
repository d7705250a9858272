//! Volumes and the formula: pure numbers in, pure numbers out.

use std::fmt;

/// Height x width x depth, or features: a vector that has no place in space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Volume {
    Map { height: u64, width: u64, depth: u64 },
    Features(u64),
}

impl Volume {
    /// (height, width, depth); features stand at one position.
    pub const fn hwc(self) -> (u64, u64, u64) {
        match self {
            Self::Map { height, width, depth } => (height, width, depth),
            Self::Features(count) => (1, 1, count),
        }
    }
}

impl fmt::Display for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Map { height, width, depth } => write!(f, "{height}x{width}x{depth}"),
            Self::Features(count) => write!(f, "{count}"),
        }
    }
}

/// What happens to a division that leaves a rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Rounding {
    #[default]
    Exact,
    Floor,
    Ceil,
    Same,
}
