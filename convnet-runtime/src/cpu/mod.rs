//! The CPU: memory, threads, vectors.

pub mod map;
pub mod memory;
pub mod run;
pub mod simd;
