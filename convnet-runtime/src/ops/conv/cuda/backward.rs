//! Convolutions backward on the GPU.

use super::super::{Backward, Bias};
use super::{AROUND, DEPTHWISE, parts, product_weights, tile_rows, wgmma};
use crate::cpu::map::Gradient;
use crate::cuda::launch::{Argument, Precision};
use crate::cuda::source::{Before, Emitter, Kernel, Ready};
use crate::ops::activation::Activation;

/// The gradients of the residual, the parameters and the input, in this order, without what is ready, and with what the stage
/// before is to find ready.
///
/// Winners of a pool are not looked at in the loads of the two products: each reads the gradient of the sums several times, in
/// bulk copies that cannot compute, and all of it is written once.
pub fn backward(pass: &Backward, weights: usize, before: Option<Before>, ready: Ready, emitter: &mut Emitter) {
    let mut pass = *pass;
    if ready.slope {
        pass.stage.activation = Activation::Identity;
        if !pass.stage.pool {
            pass.sum_gradient = pass.output_gradient;
        }
    }
    emitter.layer = Some(pass.stage.geometry.layer("around"));
    sum_gradient(&pass, emitter);
    if pass.train_weights {
        if !ready.bias {
            bias_gradient(&pass, weights, emitter);
        }
        emitter.layer = Some(pass.stage.geometry.layer("wgrad"));
        weight_gradient(&pass, weights, emitter);
    }
    if let Some(to) = &pass.input_gradient {
        emitter.layer = Some(pass.stage.geometry.layer("dgrad"));
        input_gradient(&pass, to, weights, before, emitter);
    }
    emitter.layer = None;
}

fn sum_gradient(pass: &Backward, emitter: &mut Emitter) {
    let (stage, geometry) = (&pass.stage, &pass.stage.geometry);
    let direct = pass.sum_gradient == pass.output_gradient;
    let residual = pass.residual_gradient.filter(|to| {
        // The residual's gradient may be the output's.
        !(direct && !to.accumulate && to.buffer == pass.output_gradient)
    });
    if direct && residual.is_none() {
        return;
    }
    let kernel = geometry
        .kernel("conv_sum_gradient", AROUND)
        .with([("POOL", usize::from(stage.pool)), ("OUT", stage.output.map.pitch())])
        .with([("DY", pass.output_gradient.map.pitch()), ("DZ", pass.sum_gradient.map.pitch())])
        .with([("SUMS", usize::from(!direct)), ("RESIDUAL", usize::from(residual.is_some()))])
        .with([("RES", residual.map_or(0, |to| to.buffer.map.pitch()))])
        .with([("ADD", usize::from(residual.is_some_and(|to| to.accumulate)))])
        .activation(stage.activation);
    let arguments = [
        ("const val* y", emitter.at(&stage.output)),
        ("const val* dy", emitter.at(&pass.output_gradient)),
        ("const u32* winners", stage.winners.filter(|_| stage.pool).and_then(|place| emitter.words(place))),
        ("val* dz", if direct { None } else { emitter.at(&pass.sum_gradient) }),
        ("val* residual", residual.and_then(|to| emitter.at(&to.buffer))),
        ("u32 batch", emitter.samples()),
    ];
    let [rows, columns, filters] = geometry.output;
    let windows = if stage.pool { rows.div_ceil(2) * columns.div_ceil(2) } else { rows * columns };
    emitter.each(&kernel, emitter.batch * windows * filters.div_ceil(8), &arguments);
}

fn bias_gradient(pass: &Backward, weights: usize, emitter: &mut Emitter) {
    let geometry = &pass.stage.geometry;
    let [rows, columns, filters] = geometry.output;
    let (dz, pitch) = (emitter.at(&pass.sum_gradient), pass.sum_gradient.map.pitch());
    match geometry.bias {
        Bias::None => {}
        Bias::Channel => {
            let volume = [("H", rows), ("W", columns), ("C", filters), ("IN", pitch)];
            let kernel = Kernel::new("channel_sums", &["sums"], volume);
            let gradient = emitter.gradient(weights, 1);
            let rows = (emitter.batch * rows * columns, emitter.batch);
            sum_rows(&kernel, ("const val* x", dz), filters, rows, (gradient, pass.accumulate), emitter);
        }
        Bias::Position => {
            let kernel = geometry
                .kernel("position_bias_gradient", AROUND)
                .with([("DZ", pitch), ("ADD", usize::from(pass.accumulate))]);
            let gradient = emitter.gradient(weights, 1);
            let arguments = [("const val* dz", dz), ("float* db", gradient), ("u32 batch", emitter.samples())];
            emitter.each(&kernel, rows * columns * filters, &arguments);
        }
    }
}

/// Sums over so many rows of values, of which the kernel takes some for each of so many samples, to a gradient, or added to it.
fn sum_rows(
    kernel: &Kernel,
    x: (&str, Option<Argument>),
    columns: usize,
    (rows, samples): (usize, usize),
    (gradient, add): (Option<Argument>, bool),
    emitter: &mut Emitter,
) {
    let blocks = columns.div_ceil(32);
    let count = Emitter::parts(rows, blocks);
    let parts = if count == 1 && !add { gradient } else { emitter.scratch(count * columns) };
    let arguments = [x, ("float* parts", parts), ("u32 batch", Some(Argument::U32(samples as u32)))];
    emitter.launch(kernel, [blocks, count, 1], &arguments);
    add_parts(parts, gradient, columns, count, add, emitter);
}

fn weight_gradient(pass: &Backward, weights: usize, emitter: &mut Emitter) {
    let (stage, geometry) = (&pass.stage, &pass.stage.geometry);
    let [rows, columns, filters] = geometry.output;
    let positions = emitter.batch * rows * columns;
    let gradient = emitter.gradient(weights, 0);
    let operands = [("const val* x", emitter.at(&stage.input)), ("const val* dz", emitter.at(&pass.sum_gradient))];
    let pitches = [("IN", stage.input.map.pitch()), ("DZ", pass.sum_gradient.map.pitch())];
    let [x, dz] = operands;
    if geometry.is_depthwise() {
        let blocks = filters.div_ceil(32);
        let count = Emitter::parts(positions, blocks);
        let parts = emitter.scratch(count * geometry.weights());
        let kernel = geometry.kernel("depthwise_weight_gradient", DEPTHWISE).with(pitches);
        emitter.launch(
            &kernel,
            [blocks, count, 1],
            &[x, dz, ("float* parts", parts), ("u32 batch", emitter.samples())],
        );
        add_parts(parts, gradient, geometry.weights(), count, pass.accumulate, emitter);
        return;
    }
    if emitter.precision == Precision::Bf16 && wgmma::takes(geometry, [&stage.input, &pass.sum_gradient], emitter) {
        return weight_gradient_boxes(pass, gradient, emitter);
    }
    let [in_run, dz_run] = [&stage.input, &pass.sum_gradient].map(|volume| geometry.run(volume, emitter.precision));
    let (mut kernel, across) = geometry.product("conv_weight_gradient", geometry.products(in_run, true), true, emitter);
    if in_run == 1 || dz_run == 1 || (geometry.is_dense() && geometry.taps() > 1) {
        // Single values need more registers: what is known of each row or column.
        kernel.blocks = 1;
    }
    let down = geometry.filters().div_ceil(tile_rows(emitter.precision));
    let (count, each) = parts(positions, down * across * geometry.groups);
    let kernel =
        kernel.with(pitches).with([("ADD", usize::from(pass.accumulate)), ("IN_RUN", in_run), ("DZ_RUN", dz_run)]);
    let target = if count > 1 { emitter.scratch(count * geometry.weights()) } else { gradient };
    let arguments = [
        x,
        dz,
        ("float* dw", target),
        ("u32 each", Some(Argument::U32(each as u32))),
        ("u32 batch", emitter.samples()),
    ];
    emitter.launch(&kernel, [down, across, geometry.groups * count], &arguments);
    emitter.adds(geometry.macs());
    add_parts(target, gradient, geometry.weights(), count, pass.accumulate, emitter);
}

/// The same on Hopper's matrix units: the gradient, or parts of it, tap by tap, then their sum as weights lie.
fn weight_gradient_boxes(pass: &Backward, gradient: Option<Argument>, emitter: &mut Emitter) {
    let (stage, geometry) = (&pass.stage, &pass.stage.geometry);
    let ([rows, columns, filters], taps) = (geometry.output, geometry.taps());
    let blocks = geometry.channels().div_ceil(64) * taps;
    let tiles = wgmma::Tiles::of_weights(filters, blocks);
    let boxes = wgmma::Cut::new([rows, columns], emitter.batch, 64, false);
    let count = filters.div_ceil(tiles.rows()) * blocks.div_ceil(tiles.columns / 64);
    let (parts, each) = wgmma::cut_weights(boxes.boxes, count, tiles, geometry.weights());
    let sums = if parts > 1 { emitter.scratch(parts * geometry.weights()) } else { gradient };
    let maps =
        [boxes.map(&pass.sum_gradient, geometry.output, emitter), boxes.map(&stage.input, geometry.input, emitter)];
    let arguments = [
        ("float* sums", sums),
        ("u32 shape", boxes.shape()),
        ("u32 parts", wgmma::number(parts)),
        ("u32 each", wgmma::number(each)),
        ("u32 batch", emitter.samples()),
    ];
    let add = [("ADD", usize::from(pass.accumulate))];
    let kernel = tiles.kernel(geometry, "conv_weight_boxes").with(add);
    emitter.launch_mapped(&kernel, wgmma::Tiles::grid(count * parts), &["dz", "x"], &maps, &arguments);
    emitter.adds(geometry.macs());
    let mut kernel = geometry.kernel("conv_weight_total", kernel.sources).with(add);
    kernel.threads = 64;
    let arguments = [("const float* sums", sums), ("float* dw", gradient), ("u32 parts", wgmma::number(parts))];
    if parts > 1 {
        emitter.each(&kernel, geometry.weights() / taps, &arguments);
    } else {
        emitter.declare(&kernel, &arguments);
    }
}

/// Adds the parts of a sum, in order; there is nothing to do where the only part is the sum.
fn add_parts(
    parts: Option<Argument>,
    sum: Option<Argument>,
    size: usize,
    count: usize,
    add: bool,
    emitter: &mut Emitter,
) {
    let kernel = Kernel::new("add_parts", &["sums"], [("ADD", usize::from(add))]);
    let number = |n: usize| Some(Argument::U32(n as u32));
    let arguments =
        [("const float* parts", parts), ("float* sums", sum), ("u32 size", number(size)), ("u32 count", number(count))];
    if parts == sum {
        emitter.declare(&kernel, &arguments);
    } else {
        emitter.each(&kernel, size, &arguments);
    }
}

fn input_gradient(pass: &Backward, to: &Gradient, weights: usize, before: Option<Before>, emitter: &mut Emitter) {
    let geometry = &pass.stage.geometry;
    let [height, width, depth] = geometry.input;
    let slope = before.map(|before| before.activation).filter(|activation| *activation != Activation::Identity);
    let bias = before.and_then(|before| before.bias);
    let pitches = [
        ("DZ", pass.sum_gradient.map.pitch()),
        ("DX", to.buffer.map.pitch()),
        ("ADD", usize::from(to.accumulate)),
        ("IN", pass.stage.input.map.pitch()),
        ("SLOPE", usize::from(slope.is_some())),
        ("COLUMNS", usize::from(bias.is_some())),
    ];
    let own = |kernel: Kernel| kernel.with(pitches).activation(slope.unwrap_or(Activation::Identity));
    let run = [("DZ_RUN", geometry.run(&pass.sum_gradient, emitter.precision))];
    let height_of_tile = tile_rows(emitter.precision);
    let weight = if geometry.is_depthwise() {
        ("const float* w", emitter.parameter(weights, 0))
    } else {
        ("const val* w", product_weights(geometry, weights, true, emitter))
    };
    let dz = ("const val* dz", emitter.at(&pass.sum_gradient));
    let x = ("const val* x", slope.and_then(|_| emitter.at(&pass.stage.input)));
    let dx = ("val* dx", emitter.at(&to.buffer));
    let samples = ("u32 batch", emitter.samples());
    if geometry.is_depthwise() {
        let kernel = own(geometry.kernel("depthwise_input_gradient", DEPTHWISE));
        emitter.each(&kernel, emitter.batch * height * width * depth, &[dz, weight, x, dx, samples]);
        return;
    }
    // Rows of sums of columns, if these are wanted.
    let columns = |rows: usize, emitter: &mut Emitter| {
        let place = bias.and_then(|_| emitter.scratch(rows * depth));
        (("float* columns", place), rows)
    };
    let (sums, rows);
    if wgmma::takes(geometry, [&pass.sum_gradient, &to.buffer, &pass.stage.input], emitter) {
        let (filters, dense) = (geometry.filters(), geometry.is_dense());
        let steps = filters.div_ceil(wgmma::line(emitter.precision)) * if dense { 1 } else { geometry.taps() };
        let tiles = wgmma::Tiles::of_sums(depth, steps, wgmma::columns(geometry));
        let extent = if dense { [1, 1] } else { [height, width] };
        let boxes = wgmma::Cut::new(extent, emitter.batch, tiles.columns, false);
        let count = boxes.boxes * if dense { geometry.taps() } else { 1 };
        let maps = [
            wgmma::weights_map(weight.1, geometry.taps(), [depth, filters], tiles.rows(), emitter.precision),
            boxes.map(&pass.sum_gradient, geometry.output, emitter),
        ];
        let kernel = own(tiles.kernel(geometry, "conv_input_boxes")).with([("FOR_INPUT", 1)]);
        // A row for each warp of a warpgroup.
        (sums, rows) = columns(4 * count, emitter);
        let grid = wgmma::Tiles::grid(count * depth.div_ceil(tiles.rows()));
        let arguments = [x, dx, sums, ("u32 shape", boxes.shape()), samples];
        emitter.launch_mapped(&kernel, grid, &["w", "dz"], &maps, &arguments);
    } else if geometry.is_dense() {
        let wide = geometry.channels() * geometry.taps();
        let as_it_lies = geometry.layout(emitter) == 0;
        let (kernel, across) = geometry.product("whole_input_gradient", wide, as_it_lies, emitter);
        let down = emitter.batch.div_ceil(height_of_tile);
        (sums, rows) = columns(down * geometry.taps(), emitter);
        emitter.launch(&own(kernel).with(run), [down, across, 1], &[dz, weight, x, dx, sums, samples]);
    } else {
        let (kernel, across) = geometry.product("conv_input_gradient", geometry.channels(), false, emitter);
        let down = (emitter.batch * height * width).div_ceil(height_of_tile);
        (sums, rows) = columns(down, emitter);
        emitter.launch(&own(kernel).with(run), [down, across, geometry.groups], &[dz, weight, x, dx, sums, samples]);
    }
    emitter.adds(geometry.macs());
    if let Some(before) = bias {
        let one = [("H", 1), ("W", 1), ("C", depth), ("IN", depth)];
        let kernel = Kernel::new("channel_sums", &["sums"], one);
        let gradient = (emitter.gradient(before, 1), false);
        sum_rows(&kernel, ("const float* x", sums.1), depth, (rows, rows), gradient, emitter);
    }
}
