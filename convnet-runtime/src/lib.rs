//! ConvNets declared as in a lecture, checked while compiling, run by fused kernels.

pub mod cpu;
pub mod network;
pub mod ops;
pub mod parameter;
pub mod shape;
