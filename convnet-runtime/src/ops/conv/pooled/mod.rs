//! Backward through a convolution of few channels and the 2x2 pool behind it: of four sums one has a gradient, so that a
//! quarter of the products is left. Where windows lie depends on what won, filter by filter; the taps of a row of a window
//! and their channels lie side by side in [`Held`] samples, and vectors hold those.

mod events;
mod input_gradient;
mod weight_gradient;

use self::events::Events;
use super::held::{Held, MOST};
use super::{Algorithm, Backward, Bias, Geometry, Method};
use crate::cpu::map::{LANES, Layout};
use crate::cpu::run::Run;
use crate::cpu::simd::dispatch;
use crate::cpu::threads::{MOVE, cut, parallel};
use crate::layers::Conv;

/// Most vectors of a tile, on any instruction set.
const TILE: usize = 6;
/// Lanes of a vector that come from one place.
const HALF: usize = LANES / 2;
/// Parts of the batch, whose sums are added in the end.
const PARTS: usize = 16;
/// Fewest samples of a part.
const SAMPLES: usize = 4;
/// Positions of vectors in a window.
const MOST_PIECES: usize = 64;

/// Whether this is the faster way.
pub fn fits(pass: &Backward, batch: usize) -> bool {
    let stage = &pass.stage;
    let geometry = &stage.geometry;
    let [depth, filters] = [geometry.input[2], geometry.output[2]];
    let possible = stage.pool
        && stage.winners.is_some()
        && stage.residual.is_none()
        && geometry.bias != Bias::Position
        && geometry.algorithm != Algorithm::Depthwise
        && (pass.input_gradient.is_none() || geometry.algorithm == Algorithm::Blocked)
        && (geometry.groups, geometry.stride, geometry.dilation[1]) == (1, [1, 1], 1)
        && (!pass.train_weights || pass.weight_method.of(batch) == Method::Direct)
        && (pass.input_gradient.is_none() || pass.input_method.of(batch) == Method::Direct)
        && held(geometry).len() <= MOST;
    let [weights, input] = [weight_gradient::pieces(geometry), input_gradient::pieces(geometry)];
    // Vectors of products for each window of the pool, of all positions and of those that won.
    let taps = geometry.kernel[0] * geometry.kernel[1];
    let all = 4 * taps * depth * filters.div_ceil(LANES);
    possible && weights.max(input) <= MOST_PIECES && 3 * weights * filters < 2 * all
}

/// Writes the gradients of parameters and input, in this order: the input's may lie where the input or the output's
/// gradient is.
///
/// # Panics
/// If the plan is wrong: buffers that overlap or are too small.
pub fn backward(pass: &Backward, conv: &mut Conv, run: &mut Run<'_>) {
    let stage = &pass.stage;
    let geometry = &stage.geometry;
    let batch = run.batch;
    super::forward::check_input(geometry, &stage.input.map);
    let events = Events::new(pass, run);
    let held = held(geometry);
    let parts = batch.div_ceil(SAMPLES).min(PARTS);
    let (list, sums) = (events.floats(), weight_gradient::floats(geometry));
    let memory = run.scratch(batch * list + parts * sums);
    let x = run.view(&stage.input);
    let work = 2 * LANES * batch * events.count * geometry.output[2];
    let products = work * weight_gradient::pieces(geometry) + MOVE * batch * held.len();
    parallel(parts, if pass.train_weights { products } else { work }, |part| {
        // SAFETY: the tasks have different parts of the memory.
        let sums = unsafe { memory.part(batch * list + part * sums, sums) };
        sums.fill(0.0);
        for sample in cut(batch, parts, part)..cut(batch, parts, part + 1) {
            // SAFETY: as above.
            let list = unsafe { memory.part(sample * list, list) };
            let (bias, weights) = sums.split_at_mut(geometry.output[2].next_multiple_of(LANES));
            dispatch(events::One { events: &events, held: &held, sample, list, bias });
            if pass.train_weights {
                held.with(|memory| {
                    let events = &events;
                    dispatch(weight_gradient::One { geometry, events, held: &held, x, sample, list, memory, weights });
                });
            }
        }
    });
    if pass.train_weights {
        // SAFETY: the parts have been written above.
        let sums = unsafe { memory.part(batch * list, parts * sums) };
        weight_gradient::finish(pass, sums, parts, conv);
    }
    let Some(gradient) = &pass.input_gradient else { return };
    let dx = run.view(&gradient.buffer);
    assert!([dx.map.height, dx.map.width, dx.map.channels] == geometry.input, "the gradient has the input's size");
    assert!(dx.map.layout == Layout::Blocked, "the layout is the algorithm's");
    let accumulate = gradient.accumulate;
    let weights = input_gradient::pack(geometry, &held, conv);
    let products = work * input_gradient::pieces(geometry) + MOVE * batch * held.len();
    parallel(batch, products, |sample| {
        // SAFETY: as above; the list is only read now.
        let list = unsafe { &*memory.part(sample * list, list) };
        held.with(|memory| {
            let events = &events;
            let held = &held;
            dispatch(input_gradient::One { geometry, events, held, weights, list, memory, dx, sample, accumulate });
        });
    });
}

/// Samples as they are held: channels that are nearly half a vector get as much, so that windows begin where halves do.
fn held(geometry: &Geometry) -> Held {
    let depth = geometry.input[2];
    Held::new(geometry, if (HALF - 3..HALF).contains(&depth) { HALF } else { depth })
}

/// The geometry's pool has so many rows and columns.
fn windows(geometry: &Geometry) -> [usize; 2] {
    [geometry.output[0] / 2, geometry.output[1] / 2]
}
