//! Placeholder of the copies between tensors and buffers, until the kernels bring theirs.

use super::map::{Buffer, Map};
use super::run::Run;

fn index(map: &Map, n: usize, c: usize, y: usize, x: usize) -> usize {
    let lanes = map.lanes();
    n * map.sample() + map.origin() + (c / lanes) * map.plane() + y * map.row() + x * lanes + c % lanes
}

fn each(map: Map, batch: usize, mut f: impl FnMut(usize, usize)) {
    let mut at = 0;
    for n in 0..batch {
        for c in 0..map.channels {
            for y in 0..map.height {
                for x in 0..map.width {
                    f(at, index(&map, n, c, y, x));
                    at += 1;
                }
            }
        }
    }
}

/// NCHW to the buffer, its border zero.
pub fn load(values: &[f32], buffer: &Buffer, run: &mut Run<'_>) {
    let batch = run.batch;
    let data = run.write(buffer);
    data.fill(0.0);
    each(buffer.map, batch, |from, to| data[to] = values[from]);
}

/// The buffer to NCHW.
pub fn store(buffer: &Buffer, run: &Run<'_>, values: &mut [f32]) {
    let data = run.read(buffer);
    each(buffer.map, run.batch, |to, from| values[to] = data[from]);
}
