//! The order of weights: that of files, `[K, C / groups, FH, FW]`, and those of the kernels (see [`Algorithm`]). Lanes
//! beyond the filters or the depth, and weights between channels of different groups, are zero.

use super::span::Span;
use super::{Algorithm, Geometry};
use crate::cpu::map::LANES;

/// Floats of the packed weights; a multiple of 16.
pub fn packed_len(geometry: &Geometry) -> usize {
    let taps = geometry.kernel[0] * geometry.kernel[1];
    let blocks = geometry.output[2].div_ceil(LANES);
    match geometry.algorithm {
        Algorithm::Blocked => blocks * Span::forward(geometry).len * taps * LANES * LANES,
        Algorithm::Planar => blocks * geometry.input[2] * taps * LANES,
        Algorithm::Depthwise => blocks * taps * LANES,
    }
}

/// Weights in a file.
pub fn file_len(geometry: &Geometry) -> usize {
    file_shape(geometry).iter().product()
}

/// `[K, C / groups, FH, FW]`.
pub fn file_shape(geometry: &Geometry) -> [usize; 4] {
    let [height, width] = geometry.kernel;
    [geometry.output[2], geometry.input[2] / geometry.groups, height, width]
}

/// Whether weights of the one are packed as those of the other.
pub fn is_same(a: &Geometry, b: &Geometry) -> bool {
    // One by one: every pass of a network asks this of all its weights.
    a.algorithm == b.algorithm
        && a.groups == b.groups
        && a.kernel == b.kernel
        && a.input[2] == b.input[2]
        && a.output[2] == b.output[2]
}

/// File order to packed.
///
/// # Panics
/// If a slice is too short.
pub fn pack(geometry: &Geometry, file: &[f32], packed: &mut [f32]) {
    packed.fill(0.0);
    each(geometry, |from, to| packed[to] = file[from]);
}

/// Packed to file order.
///
/// # Panics
/// If a slice is too short.
pub fn unpack(geometry: &Geometry, packed: &[f32], file: &mut [f32]) {
    each(geometry, |to, from| file[to] = packed[from]);
}

/// Calls `f` with the index in the file and the index in memory of each weight, in the order of memory.
fn each(geometry: &Geometry, mut f: impl FnMut(usize, usize)) {
    let [filters, depth] = [geometry.output[2], geometry.input[2]];
    let taps = geometry.kernel[0] * geometry.kernel[1];
    if geometry.algorithm == Algorithm::Depthwise {
        assert!(geometry.groups == depth && filters == depth, "a depthwise convolution has one filter per channel");
        for c in 0..depth {
            for tap in 0..taps {
                f(c * taps + tap, (c / LANES * taps + tap) * LANES + c % LANES);
            }
        }
        return;
    }
    let span = Span::forward(geometry);
    let channels = depth / geometry.groups;
    for block in 0..filters.div_ceil(LANES) {
        let lanes = block * LANES..((block + 1) * LANES).min(filters);
        let start = span.start(block) * LANES;
        let seen = span.group(lanes.start).start..span.group(lanes.end - 1).end;
        for c in seen {
            for tap in 0..taps {
                for k in lanes.clone() {
                    let group = span.group(k);
                    if !group.contains(&c) {
                        continue;
                    }
                    let row = match geometry.algorithm {
                        Algorithm::Planar => (block * depth + c) * taps + tap,
                        _ => ((block * span.len + (c - start) / LANES) * taps + tap) * LANES + c % LANES,
                    };
                    f((k * channels + c - group.start) * taps + tap, row * LANES + k % LANES);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ops::conv::Bias;

    fn geometry(depth: usize, filters: usize, groups: usize, algorithm: Algorithm) -> Geometry {
        Geometry {
            input: [4, 5, depth],
            output: [3, 3, filters],
            kernel: [2, 3],
            stride: [1, 1],
            pad: [0, 0],
            dilation: [1, 1],
            groups,
            bias: Bias::None,
            algorithm,
        }
    }

    #[test]
    fn packing_keeps_every_weight_once() {
        for (depth, filters, groups, algorithm) in [
            (20, 35, 1, Algorithm::Blocked),
            (20, 40, 2, Algorithm::Blocked),
            (21, 42, 21, Algorithm::Blocked),
            (3, 18, 1, Algorithm::Planar),
            (18, 18, 18, Algorithm::Depthwise),
        ] {
            let geometry = geometry(depth, filters, groups, algorithm);
            let file: Vec<f32> = (1..=filters * (depth / groups) * 6).map(|i| i as f32).collect();
            let mut packed = vec![f32::NAN; packed_len(&geometry)];
            pack(&geometry, &file, &mut packed);
            assert_eq!(packed.iter().filter(|w| **w != 0.0).count(), file.len());
            let mut back = vec![0.0; file.len()];
            unpack(&geometry, &packed, &mut back);
            assert_eq!(back, file);
        }
    }

    #[test]
    fn blocked_order() {
        let geometry = geometry(20, 35, 1, Algorithm::Blocked);
        let mut file = vec![0.0; 35 * 20 * 6];
        // Filter 18, channel 17, row 1, column 2.
        file[(18 * 20 + 17) * 6 + 5] = 1.0;
        let mut packed = vec![0.0; packed_len(&geometry)];
        pack(&geometry, &file, &mut packed);
        // [filters / 16][channels / 16][tap][channel][filter]
        assert_eq!(packed.iter().position(|w| *w != 0.0), Some((((2 + 1) * 6 + 5) * 16 + 1) * 16 + 2));
    }
}
