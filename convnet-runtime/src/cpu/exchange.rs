//! Tensors in NCHW order into the arena and out of it.

use std::ops::Range;

use super::map::{Buffer, Gradient, Layout, Map};
use super::run::Run;
use super::threads::{self, Shared};
use super::volumes::{Source, Target};
use crate::ops::relayout::{Channels, Rest, copy};

/// Copies a batch of volumes into the buffer.
///
/// # Panics
/// If the tensor is not as large as the batch.
pub fn load(tensor: &[f32], buffer: &Buffer, run: &mut Run<'_>) {
    let map = &buffer.map;
    assert_eq!(tensor.len(), run.batch * map.volume(), "a tensor has the values of its batch");
    if let Some(own) = in_order(map) {
        let (values, padded) = (map.volume(), map.own_blocks() * map.plane());
        let memory = Shared::new(run.write(buffer));
        threads::parallel(tensor.len() / values, tensor.len() * threads::MOVE, |n| {
            // SAFETY: each task has its own sample, which holds the map's blocks.
            let to = unsafe { memory.part(n * map.sample() + own.start, padded) };
            to[..values].copy_from_slice(&tensor[n * values..(n + 1) * values]);
            to[values..].fill(0.0);
        });
        return;
    }
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
    if let Some(own) = in_order(map) {
        let samples = run.read(buffer).chunks_exact(map.sample());
        tensor.chunks_exact_mut(map.volume()).zip(samples).for_each(|(to, x)| to.copy_from_slice(&x[own.clone()]));
        return;
    }
    let y = Target::nchw(tensor, map.channels, map.height, map.width);
    copy(Source::new(run.read(buffer), *map), y, Channels::all(buffer), Rest::Clear);
}

/// Where the values lie in a sample, if they lie there as they do in a tensor.
fn in_order(map: &Map) -> Option<Range<usize>> {
    let plain = map.layout == Layout::Planar || map.height * map.width == 1;
    (plain && map.border == [0; 4]).then(|| map.origin()..map.origin() + map.volume())
}
