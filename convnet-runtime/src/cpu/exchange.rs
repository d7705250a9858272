//! Tensors in NCHW order into the arena and out of it.

use super::map::{Buffer, Gradient};
use super::run::Run;
use super::volumes::{Source, Target};
use crate::ops::relayout::{Channels, Rest, copy};

/// Copies a batch of volumes into the buffer.
///
/// # Panics
/// If the tensor is not as large as the batch.
pub fn load(tensor: &[f32], buffer: &Buffer, run: &mut Run<'_>) {
    let map = &buffer.map;
    assert_eq!(tensor.len(), run.batch * map.volume(), "a tensor has the values of its batch");
    let x = Source::nchw(tensor, map.channels, map.height, map.width);
    let ([], y) = run.volumes([], buffer);
    copy(x, y, Channels::all(buffer), Rest::Clear);
}

/// Adds a batch of volumes to the buffer.
///
/// # Panics
/// If the tensor is not as large as the batch.
pub fn add(tensor: &[f32], buffer: &Buffer, run: &mut Run<'_>) {
    let map = &buffer.map;
    assert_eq!(tensor.len(), run.batch * map.volume(), "a tensor has the values of its batch");
    let x = Source::nchw(tensor, map.channels, map.height, map.width);
    let ([], y) = run.volumes([], Gradient { buffer: *buffer, accumulate: true });
    copy(x, y, Channels::all(buffer), Rest::Clear);
}

/// Copies a batch of volumes out of the buffer.
///
/// # Panics
/// If the tensor is not as large as the batch.
pub fn store(buffer: &Buffer, run: &Run<'_>, tensor: &mut [f32]) {
    let map = &buffer.map;
    assert_eq!(tensor.len(), run.batch * map.volume(), "a tensor has the values of its batch");
    let y = Target::nchw(tensor, map.channels, map.height, map.width);
    copy(Source::new(run.read(buffer), *map), y, Channels::all(buffer), Rest::Clear);
}
