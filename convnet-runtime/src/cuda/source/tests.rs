//! Kernels of whole networks against the CPU.
