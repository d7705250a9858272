//! Stored numbers to `f32`.

use safetensors::Dtype;

use crate::cpu::simd::half;

/// The values of a tensor's bytes, little endian; `None` for types that hold no real numbers.
pub fn read(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    Some(match dtype {
        Dtype::F32 => bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        Dtype::F64 => {
            let f64 = |b: &[u8]| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]) as f32;
            bytes.chunks_exact(8).map(f64).collect()
        }
        Dtype::F16 => bytes.chunks_exact(2).map(|b| half::widen(u16::from_le_bytes([b[0], b[1]]))).collect(),
        Dtype::BF16 => bytes.chunks_exact(2).map(|b| f32::from_bits(u32::from_le_bytes([0, 0, b[0], b[1]]))).collect(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_types() {
        assert_eq!(read(Dtype::F32, &1.5f32.to_le_bytes()), Some(vec![1.5]));
        assert_eq!(read(Dtype::F64, &1.5f64.to_le_bytes()), Some(vec![1.5]));
        assert_eq!(read(Dtype::F16, &[0x00, 0xc0]), Some(vec![-2.0]));
        assert_eq!(read(Dtype::BF16, &[0xc0, 0x3f]), Some(vec![1.5]));
        assert_eq!(read(Dtype::I64, &[0; 8]), None);
    }
}
