//! The CPU: memory, threads, vectors.

pub mod exchange;
pub mod map;
pub mod math;
pub mod memory;
pub mod run;
pub mod simd;
pub mod threads;
pub(crate) mod view;
pub mod volumes;
pub mod workspaces;
