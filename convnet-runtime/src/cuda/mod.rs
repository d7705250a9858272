//! Networks on an NVIDIA GPU: the program of a network becomes CUDA C and a list of launches, the source becomes a cubin
//! for the device's architecture, and the launches become one graph.
//!
//! Nothing here needs CUDA to be built, linked or started: driver and compiler are looked for when they are asked for.

mod cache;
mod compiler;
mod device;
mod driver;
mod engine;
mod error;
mod lane;
pub(crate) mod launch;
mod loss;
mod network;
mod parameters;
mod places;
pub(crate) mod source;
mod trainer;

pub use compiler::{Compiled, Compiler};
pub use device::Device;
pub use error::{DeviceError, MoveError, Version};
pub use launch::{KernelTime, Layer, Precision};
pub use loss::{DeviceLoss, OnHost};
pub use network::Cuda;
pub use trainer::CudaTrainer;
