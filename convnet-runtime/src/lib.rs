//! ConvNets declared as in a lecture, checked while compiling, run by fused kernels.

extern crate self as convnet_runtime;

pub mod cpu;
pub mod error;
pub mod layers;
pub mod network;
pub mod ops;
pub mod parameter;
pub mod shape;
