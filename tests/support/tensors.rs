//! Reads a safetensors file: bytes come in, named tensors of `f32` go out.

use std::collections::BTreeMap;
use std::path::Path;

use safetensors::{Dtype, SafeTensors};

/// Shape and values by name.
pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// All tensors of a file. `u8` and `i64` become `f32` too.
pub fn read(path: &Path) -> Tensors {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file = SafeTensors::deserialize(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let tensors = file.tensors().into_iter().map(|(name, view)| {
        let values = values(view.dtype(), view.data());
        (name, (view.shape().to_vec(), values))
    });
    tensors.collect()
}

fn values(dtype: Dtype, data: &[u8]) -> Vec<f32> {
    match dtype {
        Dtype::F32 => each(data, f32::from_le_bytes),
        // The upper half of a float.
        Dtype::BF16 => each(data, |[low, high]| f32::from_le_bytes([0, 0, low, high])),
        Dtype::U8 => each(data, |[byte]| f32::from(byte)),
        Dtype::I64 => each(data, |bytes| i64::from_le_bytes(bytes) as f32),
        other => panic!("{other:?} is no type that fixtures have"),
    }
}

fn each<const N: usize>(data: &[u8], value: impl Fn([u8; N]) -> f32) -> Vec<f32> {
    data.as_chunks().0.iter().map(|bytes| value(*bytes)).collect()
}
