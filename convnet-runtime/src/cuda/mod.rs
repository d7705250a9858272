//! Networks on an NVIDIA GPU: the program of a network becomes CUDA C and a list of launches.

pub mod launch;
pub mod source;
