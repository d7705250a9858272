//! Volumes and the formula: pure numbers in, pure numbers out.

mod slide;
#[cfg(test)]
mod tests;

use std::fmt;

pub use slide::Slide;

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

    pub const fn size(self) -> (u64, u64) {
        let (height, width, _) = self.hwc();
        (height, width)
    }

    pub const fn depth(self) -> u64 {
        self.hwc().2
    }

    /// Of the same kind and size with another depth.
    pub const fn with_depth(self, depth: u64) -> Self {
        match self {
            Self::Map { height, width, .. } => Self::Map { height, width, depth },
            Self::Features(_) => Self::Features(depth),
        }
    }

    /// Values in one sample.
    pub fn len(self) -> Option<u64> {
        let (height, width, depth) = self.hwc();
        height.checked_mul(width)?.checked_mul(depth)
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

/// A window that slides in one direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Axis {
    pub input: u64,
    pub kernel: u64,
    pub stride: u64,
    /// Zeros on each side; `same` finds its own.
    pub pad: u64,
    pub dilation: u64,
}

/// What a window gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fit {
    pub output: u64,
    pub pad_before: u64,
    pub pad_after: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misfit {
    /// The division leaves a rest.
    Rest,
    /// The window is larger than the padded input.
    TooLarge,
    Overflow,
}

impl Axis {
    /// How far the window reaches: D(F - 1) + 1.
    pub fn reach(self) -> Option<u64> {
        self.kernel.checked_sub(1)?.checked_mul(self.dilation)?.checked_add(1)
    }

    /// (W + 2P - F)/S + 1.
    pub fn fit(self, rounding: Rounding) -> Result<Fit, Misfit> {
        let reach = self.reach().ok_or(Misfit::Overflow)?;
        if rounding == Rounding::Same {
            return self.fit_same(reach).ok_or(Misfit::Overflow);
        }
        let padded = self.pad.checked_mul(2).and_then(|pads| pads.checked_add(self.input)).ok_or(Misfit::Overflow)?;
        let way = padded.checked_sub(reach).ok_or(Misfit::TooLarge)?;
        let steps = match rounding {
            Rounding::Exact if !way.is_multiple_of(self.stride) => return Err(Misfit::Rest),
            Rounding::Exact | Rounding::Floor | Rounding::Same => way / self.stride,
            Rounding::Ceil => {
                let steps = way.div_ceil(self.stride);
                let begin = steps.checked_mul(self.stride).ok_or(Misfit::Overflow)?;
                if begin >= padded - self.pad { steps - 1 } else { steps }
            }
        };
        let output = steps.checked_add(1).ok_or(Misfit::Overflow)?;
        Ok(Fit { output, pad_before: self.pad, pad_after: self.pad })
    }

    fn fit_same(self, reach: u64) -> Option<Fit> {
        let output = self.input.div_ceil(self.stride);
        let end = output.checked_sub(1)?.checked_mul(self.stride)?.checked_add(reach)?;
        let pads = end.saturating_sub(self.input);
        Some(Fit { output, pad_before: pads / 2, pad_after: pads.div_ceil(2) })
    }

    /// What to go on with where nothing fits: the floor, or the size of the input.
    pub fn guess(self) -> u64 {
        self.fit(Rounding::Floor).map_or(self.input, |fit| fit.output)
    }
}
