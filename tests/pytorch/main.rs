//! Every word and option of the language, and whole networks, against PyTorch: forward, gradients, running statistics.
//! `tests/fixtures/make.py` makes the fixtures from the declarations in these files.

#[path = "../support/difference.rs"]
mod difference;
#[path = "../support/judge.rs"]
mod judge;
#[path = "../support/tensors.rs"]
mod tensors;

mod activations;
mod branches;
mod convolutions;
mod dense;
mod normalisation;
mod pools;
mod reuse;
mod training;
mod whole;
