//! What can go wrong on the way to a device and on it; each is a sentence that says what is missing.

use std::fmt;
use std::path::PathBuf;

use crate::error::ParameterError;

/// A version as CUDA counts them: major, minor.
pub type Version = (u32, u32);

/// Why a network does not run on a device.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeviceError {
    /// There is no NVIDIA driver.
    NoDriver,
    /// There is no device of this number.
    NoDevice {
        /// Which device was asked for.
        ordinal: usize,
        /// How many there are.
        count: usize,
    },
    /// The device cannot run the kernels.
    OldDevice {
        /// Its name.
        name: String,
        /// Its compute capability.
        capability: Version,
    },
    /// The driver is older than what it should run.
    OldDriver {
        /// The driver's version of CUDA.
        driver: Version,
        /// The version that is needed.
        needed: Version,
    },
    /// There is no NVRTC, and no cubin was carried.
    NoCompiler {
        /// Where it was looked for, beside the places where the system looks for libraries.
        folder: Option<PathBuf>,
    },
    /// NVRTC cannot make cubins.
    OldCompiler {
        /// Its version.
        version: Version,
    },
    /// The compiler has refused a network's source.
    Compile {
        /// What it says.
        log: String,
    },
    /// A cubin that is not this network's, or not for this device.
    Cubin {
        /// What is wrong.
        problem: String,
    },
    /// A parameter was replaced by another layer's.
    Parameter {
        /// Which, and by what.
        cause: ParameterError,
    },
    /// The device's memory does not suffice.
    OutOfMemory {
        /// How many bytes were asked for.
        bytes: usize,
    },
    /// The host has no memory left that the device copies from and to.
    OutOfHostMemory {
        /// How many bytes were asked for.
        bytes: usize,
    },
    /// The device does not answer any more, or a kernel has gone wrong. What is on it is lost, and this process cannot
    /// use it again.
    Lost {
        /// What was being done when it was found out.
        doing: &'static str,
        /// What the driver says.
        cause: String,
    },
    /// Anything else that the driver says.
    Driver {
        /// What was being done.
        doing: &'static str,
        /// What the driver says.
        cause: String,
    },
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDriver => f.write_str("there is no NVIDIA driver on this machine: libcuda is not found"),
            Self::NoDevice { ordinal, count: 0 } => {
                write!(f, "there is no CUDA device {ordinal}: the driver finds none (is CUDA_VISIBLE_DEVICES set?)")
            }
            Self::NoDevice { ordinal, count } => {
                write!(f, "there is no CUDA device {ordinal}: there are {count}, counted from 0")
            }
            Self::OldDevice { name, capability: (major, minor) } => {
                write!(f, "{name} has compute capability {major}.{minor}; the kernels need 8.0 (Ampere) or later")
            }
            Self::OldDriver { driver: (a, b), needed: (c, d) } => {
                write!(f, "the NVIDIA driver is one of CUDA {a}.{b}, but CUDA {c}.{d} is needed: update the driver")?;
                if *c > 12 { write!(f, ", or use an NVRTC of CUDA {a}") } else { Ok(()) }
            }
            Self::NoCompiler { folder } => {
                f.write_str("NVRTC is not found: carry a cubin of this network, or install it (`pip install ")?;
                f.write_str("nvidia-cuda-nvrtc`) and set CONVNET_CUDA_LIB to its folder")?;
                folder.as_ref().map_or(Ok(()), |folder| write!(f, "; `{}` has none", folder.display()))
            }
            Self::OldCompiler { version: (major, minor) } => {
                write!(f, "NVRTC {major}.{minor} is too old; 12.0 or later is needed")
            }
            Self::Compile { log } => write!(f, "the CUDA compiler refuses this network's source:\n{log}"),
            Self::Cubin { problem } => write!(f, "this cubin cannot be used: {problem}"),
            Self::Parameter { cause } => fmt::Display::fmt(cause, f),
            Self::OutOfMemory { bytes } => {
                write!(f, "the device has no {bytes} bytes ({:.2} GiB) left; a smaller batch needs less", gib(*bytes))
            }
            Self::OutOfHostMemory { bytes } => {
                write!(
                    f,
                    "the host has no {bytes} bytes ({:.2} GiB) left that the device can copy from and to; ",
                    gib(*bytes)
                )?;
                f.write_str("a smaller batch needs less")
            }
            Self::Lost { doing, cause } => write!(f, "the device was lost while {doing}: {cause}"),
            Self::Driver { doing, cause } => write!(f, "{doing} failed: {cause}"),
        }
    }
}

fn gib(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 30)
}

impl fmt::Debug for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for DeviceError {}

/// A network that could not be moved, and why. It is as it was, and still of use.
#[derive(Clone)]
pub struct MoveError<N> {
    /// The network, on the CPU.
    pub network: N,
    /// Why it could not be moved.
    pub cause: DeviceError,
}

impl<N> From<MoveError<N>> for DeviceError {
    fn from(error: MoveError<N>) -> Self {
        error.cause
    }
}

impl<N> fmt::Display for MoveError<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.cause, f)
    }
}

impl<N> fmt::Debug for MoveError<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.cause, f)
    }
}

impl<N> std::error::Error for MoveError<N> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_say_what_is_missing() {
        let text = |error: DeviceError| error.to_string();
        assert_eq!(text(DeviceError::NoDriver), "there is no NVIDIA driver on this machine: libcuda is not found");
        assert_eq!(
            text(DeviceError::NoDevice { ordinal: 2, count: 1 }),
            "there is no CUDA device 2: there are 1, counted from 0"
        );
        assert_eq!(
            text(DeviceError::OutOfMemory { bytes: 3 << 29 }),
            "the device has no 1610612736 bytes (1.50 GiB) left; a smaller batch needs less"
        );
        assert_eq!(
            text(DeviceError::OutOfHostMemory { bytes: 1 << 29 }),
            "the host has no 536870912 bytes (0.50 GiB) left that the device can copy from and to; a smaller batch needs less"
        );
        assert_eq!(
            text(DeviceError::OldDriver { driver: (12, 8), needed: (13, 0) }),
            "the NVIDIA driver is one of CUDA 12.8, but CUDA 13.0 is needed: update the driver, or use an NVRTC of CUDA 12"
        );
    }
}
