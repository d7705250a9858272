//! Random networks that the language allows, against PyTorch. `tests/fixtures/random_networks.py` makes them, these ones
//! and others.

#[path = "../support/difference.rs"]
mod difference;
#[path = "../support/judge.rs"]
mod judge;
#[path = "../support/tensors.rs"]
mod tensors;

mod found;
mod generated;
