//! Tensor maps: what the device must know of a tensor to copy boxes of it to shared memory.

use std::ptr;

use cudarc::driver::sys;

use super::check;
use crate::cuda::error::DeviceError;
use crate::cuda::launch::{Precision, TensorMap};

/// A tensor map as kernels take it.
#[derive(Clone, Copy, Debug)]
pub struct Encoded(pub(super) sys::CUtensorMap);

impl Encoded {
    /// Of a tensor that lies at this address. Rows of 128 bytes lie in shared memory with their pieces of 16 exchanged, so
    /// that eight rows are read without conflicts.
    pub fn new(map: &TensorMap, address: u64) -> Result<Self, DeviceError> {
        let mut raw = sys::CUtensorMap { opaque: [0; 16] };
        let extent = map.extent.map(|n| n as u64);
        let stride = map.stride.map(|n| (n * map.precision.bytes()) as u64);
        let (part, every) = (map.part.map(|n| n as u32), [1; 4]);
        let numbers = match map.precision {
            Precision::Bf16 => sys::CUtensorMapDataType::CU_TENSOR_MAP_DATA_TYPE_BFLOAT16,
            Precision::Tf32 => sys::CUtensorMapDataType::CU_TENSOR_MAP_DATA_TYPE_TFLOAT32,
            Precision::F32 => sys::CUtensorMapDataType::CU_TENSOR_MAP_DATA_TYPE_FLOAT32,
        };
        // SAFETY: there is a driver, since something is about to be launched; it reads four numbers each, three strides, and
        // writes one map. It does not read what lies at the address.
        let code = unsafe {
            sys::cuTensorMapEncodeTiled(
                &raw mut raw,
                numbers,
                4,
                ptr::with_exposed_provenance_mut(address as usize),
                extent.as_ptr(),
                stride.as_ptr(),
                part.as_ptr(),
                every.as_ptr(),
                sys::CUtensorMapInterleave::CU_TENSOR_MAP_INTERLEAVE_NONE,
                sys::CUtensorMapSwizzle::CU_TENSOR_MAP_SWIZZLE_128B,
                sys::CUtensorMapL2promotion::CU_TENSOR_MAP_L2_PROMOTION_L2_256B,
                sys::CUtensorMapFloatOOBfill::CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE,
            )
        };
        check(code, "describing a tensor")?;
        Ok(Self(raw))
    }
}
