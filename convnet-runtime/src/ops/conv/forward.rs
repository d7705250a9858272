//! A stage forward.

use std::cell::Cell;

use super::depthwise::Depthwise;
use super::epilogue::Epilogue;
use super::few::{self, Few};
use super::few_columns;
use super::span::Span;
use super::sweep::Sweep;
use super::tile::Walk;
use super::{Algorithm, Bias, Geometry, Stage, fc, strassen, winograd};
use crate::cpu::map::{LANES, Layout, Map};
use crate::cpu::memory::Floats;
use crate::cpu::run::Run;
use crate::cpu::view::View;
use crate::layers::{BatchNorm, Conv};

/// Runs a stage; with a batch norm and its eps, that is folded in.
///
/// # Panics
/// If the plan is wrong: buffers that overlap, that are too small or whose borders are narrower than the windows reach.
pub fn forward(stage: &Stage, conv: &Conv, norm: Option<(&BatchNorm, f32)>, run: &mut Run<'_>) {
    thread_local! {
        static FOLDED: Cell<Floats> = const { Cell::new(Floats::new()) };
    }
    let Some((norm, eps)) = norm else { return execute(stage, conv, None, false, run) };
    let mut folded = FOLDED.take();
    fold(&stage.geometry, conv, norm, eps, &mut folded);
    execute(stage, conv, Some(&folded), false, run);
    FOLDED.set(folded);
}

/// Runs a stage and, with a pool, keeps what won.
///
/// # Panics
/// As [`forward`].
pub fn forward_train(stage: &Stage, conv: &Conv, run: &mut Run<'_>) {
    execute(stage, conv, None, true, run);
}

/// `w / sqrt(var + eps)` and `b + (bias - mean) w / sqrt(var + eps)`, one behind the other.
fn fold(geometry: &Geometry, conv: &Conv, norm: &BatchNorm, eps: f32, folded: &mut Floats) {
    let (len, channels) = (norm.weight.packed().len(), norm.weight.len());
    assert!(len == geometry.output[2].next_multiple_of(LANES), "the batch norm is the convolution's");
    folded.grow(2 * len);
    let (scales, shifts) = folded[..2 * len].split_at_mut(len);
    // Lanes beyond the channels: sums are zero there.
    scales[channels..].fill(0.0);
    shifts.fill(0.0);
    // Slices of one length: the compiler computes several channels at a time.
    let (scales, shifts) = (&mut scales[..channels], &mut shifts[..channels]);
    let [weight, shift, mean, var] = [&norm.weight, &norm.bias, &norm.running_mean, &norm.running_var]
        .map(|parameter| &parameter.packed()[..channels]);
    for (scale, (weight, var)) in scales.iter_mut().zip(weight.iter().zip(var)) {
        *scale = weight / (var + eps).sqrt();
    }
    if geometry.bias == Bias::Channel {
        shifts.copy_from_slice(&conv.bias.packed()[..channels]);
    }
    for (to, (shift, (mean, scale))) in shifts.iter_mut().zip(shift.iter().zip(mean.iter().zip(&*scales))) {
        *to = shift + (*to - mean) * scale;
    }
}

fn execute(stage: &Stage, conv: &Conv, folded: Option<&Floats>, keep: bool, run: &mut Run<'_>) {
    let geometry = &stage.geometry;
    let [rows, columns, depth] = geometry.output;
    let blocks = depth.div_ceil(LANES);
    check(stage, run.batch);
    conv.check(geometry);
    let channels = |values: &[f32]| {
        assert!(values.len() >= blocks * LANES, "there is a value for each channel");
        values.as_ptr()
    };
    let (scale, shift) = match folded {
        Some(folded) => {
            let (scale, shift) = folded.split_at(blocks * LANES);
            (Some(channels(scale)), Some(channels(shift)))
        }
        None => (None, (geometry.bias == Bias::Channel).then(|| channels(conv.bias.packed()))),
    };
    let position = (geometry.bias == Bias::Position)
        .then(|| (conv.bias.packed().as_ptr(), columns * LANES, rows * columns * LANES));
    let words = (blocks * (rows / 2) * (columns / 2)).next_multiple_of(LANES);
    let winners = stage.winners.filter(|_| keep && stage.pool).map(|offset| run.words(offset, words).cast());
    let epilogue = Epilogue {
        output: run.view(&stage.output),
        depth,
        scale,
        shift,
        position,
        residual: stage.residual.as_ref().map(|buffer| run.view(buffer)),
        activation: stage.activation,
        winners: winners.map(|address| (address, words)),
    };
    let x = run.view(&stage.input);
    if fc::fits(geometry) {
        let weights = if stage.half {
            fc::Weights::Half(fc::halves(&conv.weight))
        } else {
            fc::Weights::Single(conv.weight.packed())
        };
        // SAFETY: as below.
        unsafe { fc::forward(geometry, x, weights, &epilogue, run) };
        return;
    }
    if let Some(tiling) = winograd::tiling(stage.method.of(run.total), geometry) {
        // SAFETY: as below.
        unsafe { winograd::forward(tiling, geometry, x, &conv.weight, stage.pool, &epilogue, run) };
        return;
    }
    if strassen::fits(stage.method.of(run.total), geometry, stage.pool) {
        // SAFETY: as below.
        unsafe { strassen::forward(geometry, x, &conv.weight, &epilogue, run) };
        return;
    }
    if winograd::columns::fits(stage.method.of(run.total), geometry) {
        // SAFETY: as below.
        unsafe { winograd::columns::forward(geometry, x, &conv.weight, keep, stage.pool, &epilogue, run) };
        return;
    }
    let points = few_columns::fits(stage.method.of(run.total), geometry).then(|| {
        // SAFETY: nothing else uses the scratch memory in this stage.
        unsafe { winograd::columns::at_points(geometry, &conv.weight, keep, run) }
    });
    let w = conv.weight.packed().as_ptr();
    // SAFETY: the buffers lie in the arena, which `run` borrows alone, and do not meet; the input's border is as wide as
    // the windows reach, the weights are complete and the output has the convolution's size (all asserted above).
    unsafe {
        if geometry.algorithm == Algorithm::Depthwise {
            Depthwise { geometry, x, w, samples: run.batch, pool: stage.pool, sink: &epilogue }.run();
        } else if few::fits(geometry) {
            Few { geometry, x, w, points, samples: run.batch, pool: stage.pool, sink: &epilogue }.run();
        } else {
            sweep(geometry, x, w, run.batch, stage.pool).run(&epilogue);
        }
    }
}

/// The sums of a convolution of `x`.
pub(super) fn sweep(geometry: &Geometry, x: View, w: *const f32, samples: usize, pool: bool) -> Sweep<'static> {
    let [rows, columns, filters] = geometry.output;
    let depth = geometry.input[2];
    let taps = geometry.kernel[0] * geometry.kernel[1];
    let span = Span::forward(geometry);
    let (blocks, lanes, stream) = match geometry.algorithm {
        Algorithm::Blocked => (span.len, LANES, span.len * taps * LANES * LANES),
        Algorithm::Planar => (depth, 1, depth * taps * LANES),
        Algorithm::Depthwise => unreachable!("a depthwise convolution has kernels of its own"),
    };
    let whole = geometry.algorithm == Algorithm::Blocked && geometry.groups == 1;
    let span = (geometry.algorithm == Algorithm::Blocked && geometry.groups > 1).then_some(span);
    let walk = Walk {
        blocks,
        block_step: x.plane,
        rows: geometry.kernel[0],
        row_step: (geometry.dilation[0] * x.row) as isize,
        columns: geometry.kernel[1],
        column_step: (geometry.dilation[1] * x.lanes) as isize,
        lanes,
        last_lanes: if whole { depth - (blocks - 1) * LANES } else { lanes },
        pixel_step: geometry.stride[1] * x.lanes,
        stream,
    };
    let by_taps = span.as_ref().is_some_and(|span| span.narrow().is_some());
    Sweep {
        walk: if by_taps { walk } else { walk.merged() },
        span,
        x: x.at(0, 0, -(geometry.pad[0] as isize), -(geometry.pad[1] as isize)),
        x_sample: x.sample,
        x_row: geometry.stride[0] * x.row,
        w,
        turn: None,
        samples,
        rows,
        columns,
        blocks: filters.div_ceil(LANES),
        pool,
    }
}

/// Whether the plan is right.
fn check(stage: &Stage, batch: usize) {
    let Stage { geometry, input, output, .. } = stage;
    check_input(geometry, &input.map);
    let [rows, columns, depth] = geometry.output;
    let shrink = if stage.pool { 2 } else { 1 };
    assert!(is_blocked(&output.map, [rows / shrink, columns / shrink, depth]), "the output has the convolution's size");
    assert!(!output.meets(input, batch), "a stage writes where it reads");
    if let Some(residual) = &stage.residual {
        assert!(is_blocked(&residual.map, geometry.output), "the residual has the convolution's size");
        assert!(residual == output || !output.meets(residual, batch), "a stage writes where it reads");
    }
    if let Some(offset) = stage.winners.filter(|_| stage.pool) {
        let words = (depth.div_ceil(LANES) * (rows / 2) * (columns / 2)).next_multiple_of(LANES);
        let own = offset * batch..(offset + words) * batch;
        let apart = |buffer: &crate::cpu::map::Buffer| {
            let range = buffer.range(batch);
            range.end <= own.start || own.end <= range.start
        };
        assert!(
            apart(input) && apart(output) && stage.residual.as_ref().is_none_or(apart),
            "the winners have their place"
        );
    }
}

/// The map is blocked and has this height, width and depth.
pub(super) fn is_blocked(map: &Map, [height, width, depth]: [usize; 3]) -> bool {
    map.layout == Layout::Blocked && map.height == height && map.width == width && map.channels == depth
}

/// The input has the convolution's size and layout, and its border is as wide as the windows reach.
pub(super) fn check_input(geometry: &Geometry, map: &Map) {
    let [height, width, depth] = geometry.input;
    let layout = if geometry.algorithm == Algorithm::Planar { Layout::Planar } else { Layout::Blocked };
    assert!(map.layout == layout, "the input's layout is the algorithm's");
    assert!([map.height, map.width, map.channels] == [height, width, depth], "the input has the convolution's size");
    assert!(geometry.algorithm == Algorithm::Blocked || geometry.groups == 1 || geometry.groups == depth);
    for (side, size) in [height, width].into_iter().enumerate() {
        let pad = geometry.pad[side];
        let reach = (geometry.output[side] - 1) * geometry.stride[side]
            + (geometry.kernel[side] - 1) * geometry.dilation[side]
            + 1;
        assert!(
            map.border[side] >= pad && map.border[side + 2] + size + pad >= reach,
            "the input's border is too narrow"
        );
    }
}
