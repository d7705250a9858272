//! Training: optimizer, losses, the step, evaluation, progress.

pub(crate) mod evaluate;
pub mod init;
pub mod loss;
mod parts;
pub mod progress;
pub mod random;
pub mod schedule;
pub mod sgd;
#[cfg(test)]
mod tests;
mod trainer;

pub use trainer::Trainer;
