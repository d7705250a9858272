//! ConvNets declared as in a lecture, checked while compiling, run by fused kernels.
//!
//! A network is declared with `network! { ... }`, which makes a type of it. Every such type is a
//! [`Network`](network::Network): it predicts, trains, is saved and loaded, and prints a summary. The rest of this crate is
//! what one does that with: [`Tensor`](tensor::Tensor)s and [`Probabilities`](tensor::Probabilities),
//! a [`Trainer`](train::Trainer) with an optimizer and losses, [`data`] sets. `use convnet_runtime::prelude::*;` brings
//! all of it.
//!
//! ```no_run
//! use convnet_runtime::prelude::*;
//!
//! network! {
//!     /// Handwritten digits.
//!     pub struct Digits { input 8x8x1 -> [conv3-32 -> relu -> maxpool]*2 -> fc-10 -> softmax }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let (train, test) = data::digits().split(0.8, 1);
//! let mut net = Digits::new(1);
//! let mut trainer = Trainer::new(Sgd::new(0.05).momentum(0.9), 1);
//! for epoch in 0..10 {
//!     for batch in train.batches(32, epoch) {
//!         trainer.step(&mut net, &batch.images, &CrossEntropy(&batch.labels))?;
//!     }
//! }
//! println!("test accuracy {:.4}", net.accuracy(&test));
//! net.save("digits.safetensors")?;
//! # Ok(())
//! # }
//! ```

// Generated code names this crate, inside it too.
#[allow(unused_extern_crates)]
extern crate self as convnet_runtime;

pub use convnet_macros::network;

// What is hidden here and below is public for generated code, tests and benchmarks.
#[doc(hidden)]
pub mod cpu;
#[cfg(feature = "cuda")]
pub mod cuda;
pub mod data;
#[cfg(test)]
mod double;
pub mod error;
#[doc(hidden)]
pub mod generated;
mod io;
pub mod layers;
pub mod network;
#[doc(hidden)]
pub mod ops;
pub mod parameter;
pub mod prelude;
#[doc(hidden)]
pub mod program;
pub mod shape;
pub mod summary;
pub mod tensor;
pub mod train;

/// The README's code is tested.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
