//! The sentences of `parse`: what was written comes in, what is wrong with it and what to write instead goes out.

mod chain;
mod layer;
mod network;
mod number;
mod words;

pub use self::chain::*;
pub use self::layer::*;
pub use self::network::*;
pub use self::number::*;
