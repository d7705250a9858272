//! Budgets that depend on networks used as layers: the macro cannot see these, so that the compiler asserts them.

use super::Network;
use crate::shape::Sentence;

/// What a budget limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// Trainable values.
    Params,
    /// Multiply-accumulates of one sample.
    Macs,
    /// Bytes per sample at inference.
    Activations,
    /// Bytes per sample in training.
    Train,
}

/// Asserts, while compiling, that a network keeps its budget; `text` is the budget as it was written.
///
/// # Panics
/// If it does not; the compiler shows the sentence, with the layer that costs most where layers have a cost of their own.
#[track_caller]
pub const fn budget<N: Network>(cost: Cost, limit: u64, text: &str) {
    let (total, has) = match cost {
        Cost::Params => (N::PARAMS, ["has", "parameters"]),
        Cost::Macs => (N::MACS, ["has", "multiply-accumulates"]),
        Cost::Activations => (N::ACTIVATION_BYTES, ["takes", "bytes per sample at inference"]),
        Cost::Train => (N::TRAIN_BYTES_PER_SAMPLE, ["takes", "bytes per sample in training"]),
    };
    let (mut at, mut most, mut highest) = (0, 0, 0);
    while at < N::LAYERS.len() {
        let own = match cost {
            Cost::Params => N::LAYERS[at].params,
            Cost::Macs => N::LAYERS[at].macs,
            Cost::Activations | Cost::Train => 0,
        };
        if own > highest {
            (most, highest) = (at, own);
        }
        at += 1;
    }
    let sentence = Sentence::broken(N::NAME, has, total, text);
    let sentence =
        if highest > 0 { sentence.most(N::LAYERS[most].kind, N::LAYERS[most].name, highest) } else { sentence };
    assert!(total <= limit, "{}", sentence.as_str());
}
