//! Stored numbers to `f32`.

use safetensors::Dtype;

/// The values of a tensor's bytes, little endian; `None` for types that hold no real numbers.
pub fn read(dtype: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    Some(match dtype {
        Dtype::F32 => bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
        Dtype::F64 => {
            let f64 = |b: &[u8]| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]) as f32;
            bytes.chunks_exact(8).map(f64).collect()
        }
        Dtype::F16 => bytes.chunks_exact(2).map(|b| from_f16(u16::from_le_bytes([b[0], b[1]]))).collect(),
        Dtype::BF16 => bytes.chunks_exact(2).map(|b| f32::from_bits(u32::from_le_bytes([0, 0, b[0], b[1]]))).collect(),
        _ => return None,
    })
}

/// IEEE half precision: 1 sign, 5 exponent, 10 mantissa bits.
fn from_f16(half: u16) -> f32 {
    let sign = u32::from(half >> 15) << 31;
    let (exponent, mantissa) = (u32::from(half >> 10 & 31), u32::from(half & 1023));
    match exponent {
        // Subnormal: a multiple of 2^-24.
        0 => f32::from_bits(sign | (mantissa as f32 / 16_777_216.0).to_bits()),
        31 => f32::from_bits(sign | 0x7f80_0000 | mantissa << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | mantissa << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves() {
        for (half, value) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_5e-8),
            (0x8000, -0.0),
            (0x3555, 0.333_251_95),
        ] {
            assert_eq!(from_f16(half).to_bits(), f32::to_bits(value), "{half:x}");
        }
        assert!(from_f16(0x7c00).is_infinite());
        assert!(from_f16(0x7e00).is_nan());
    }

    #[test]
    fn all_types() {
        assert_eq!(read(Dtype::F32, &1.5f32.to_le_bytes()), Some(vec![1.5]));
        assert_eq!(read(Dtype::F64, &1.5f64.to_le_bytes()), Some(vec![1.5]));
        assert_eq!(read(Dtype::BF16, &[0xc0, 0x3f]), Some(vec![1.5]));
        assert_eq!(read(Dtype::I64, &[0; 8]), None);
    }
}
