//! Placeholder of the packing of filters, until the kernels bring theirs: file order.

use super::Geometry;

/// Floats of the packed filters.
pub fn packed_len(geometry: &Geometry) -> usize {
    geometry.output[2] * (geometry.input[2] / geometry.groups) * geometry.kernel[0] * geometry.kernel[1]
}

/// File order to packed.
pub fn pack(_: &Geometry, file: &[f32], packed: &mut [f32]) {
    packed[..file.len()].copy_from_slice(file);
}

/// Packed to file order.
pub fn unpack(_: &Geometry, packed: &[f32], file: &mut [f32]) {
    file.copy_from_slice(&packed[..file.len()]);
}
