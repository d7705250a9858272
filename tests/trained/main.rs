//! Trained networks of others (`../shared/data/models`), declared in the language: they load by name, give their recorded
//! logits within 1e-4, and classify whole test sets exactly as recorded. Where data is not there, a line says what is skipped.

#[path = "../support/difference.rs"]
mod difference;
#[path = "../support/found.rs"]
mod found;
#[path = "../support/tensors.rs"]
mod tensors;

mod cifar10;
mod golden;
mod imagenet;
mod mnist;
