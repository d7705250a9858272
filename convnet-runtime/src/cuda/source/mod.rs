//! Program in, CUDA C and launches out.
