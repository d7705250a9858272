//! What was recorded of a trained network, and the comparison with it.

use std::path::PathBuf;

use convnet_runtime::prelude::*;

use crate::difference::difference;
use crate::found;
use crate::tensors::{self, Tensors};

/// Largest difference of a logit, relative to the largest.
const TOLERANCE: f32 = 1e-4;

/// The weight file of a trained network, and what it gave: `input`, `logits`, `pred_all`.
pub fn of(name: &str) -> Option<(PathBuf, Tensors)> {
    let weights = found::shared(name, &format!("models/{name}.safetensors"))?;
    let golden = found::shared(name, &format!("golden/{name}.safetensors"))?;
    Some((weights, tensors::read(&golden)))
}

/// Compares values with a recorded tensor.
pub fn compare(name: &str, recorded: &[f32], found: &[f32]) {
    if let Some(difference) = difference(name, recorded, found, TOLERANCE, 0.0) {
        panic!("{difference}");
    }
}

/// The logits of the recorded inputs, which fit in one batch.
pub fn logits<N, V>(name: &str, net: &N, golden: &Tensors)
where
    N: Network<Output = Tensor<V>>,
    V: Shape,
{
    let input = Tensor::from_chw(&*golden["input"].1).unwrap_or_else(|error| panic!("{name}: {error}"));
    compare(name, &golden["logits"].1, net.predict(&input).values());
}

/// The classes of a whole test set: each is the recorded one, and `correct` of them are right.
pub fn classes<N, V>(name: &str, net: &N, golden: &Tensors, test: &Dataset<N::Input>, correct: usize)
where
    N: Network<Output = Tensor<V>>,
    V: Shape,
{
    let classes = net.classify(test.images());
    let recorded = &golden["pred_all"].1;
    assert_eq!(recorded.len(), classes.len(), "{name}: size of the test set");
    let others: Vec<usize> = (0..classes.len()).filter(|&i| classes[i] != recorded[i] as usize).collect();
    assert!(others.is_empty(), "{name}: other classes than recorded at {others:?}");
    let hits = classes.iter().zip(test.labels()).filter(|(class, label)| class == label).count();
    assert_eq!(hits, correct, "{name}: right classes of {}", classes.len());
}
