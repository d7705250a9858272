//! Convolutions forward on the GPU.

use super::super::{Bias, Stage};
use super::{AROUND, DEPTHWISE, bias, product_weights, tile_rows, wgmma};
use crate::cpu::map::LANES;
use crate::cuda::launch::Argument;
use crate::cuda::source::{BLOCKS, Emitter, Kernel};

/// Fills `stage.output` and, in training, keeps the winners of the pool. `norm` is folded in: its parameters and what it
/// adds to the variance.
pub fn forward(stage: &Stage, weights: usize, norm: Option<(usize, f32)>, emitter: &mut Emitter) {
    let geometry = &stage.geometry;
    let [rows, columns, filters] = geometry.output;
    emitter.layer = Some(geometry.layer(if stage.pool { "fprop+pool" } else { "fprop" }));
    // Winners are kept for 16 filters at a time, which must then be those of one block.
    let fits = !geometry.is_depthwise() && (geometry.groups == 1 || geometry.filters().is_multiple_of(LANES));
    let apart = stage.pool && !fits;
    let full = if apart { emitter.scratch_values(emitter.batch * rows * columns * filters) } else { None };
    let winners = stage.winners.and_then(|place| emitter.words(place));

    let has = |there: bool| usize::from(there);
    let (y, pitch) = if apart { (("val* y", full), filters) } else { emitter.output(&stage.output) };
    let fused = stage.pool && !apart;
    let epilogue = |kernel: Kernel| {
        kernel
            .with([("BIAS", bias(geometry.bias)), ("NORM", has(norm.is_some()))])
            .with([("RESIDUAL", has(stage.residual.is_some()))])
            .with([("RES", stage.residual.map_or(0, |residual| residual.map.pitch()))])
            .with([("POOL", has(fused)), ("WINNERS", has(fused && winners.is_some()))])
            .with([("IN", stage.input.map.pitch()), ("OUT", pitch)])
            .activation(stage.activation)
            .number("eps", norm.map_or(0.0, |(_, eps)| eps))
    };
    let of_norm = |index| norm.and_then(|(norm, _)| emitter.parameter(norm, index));
    let biased = geometry.bias != Bias::None;
    let ends = [
        ("const float* bias", if biased { emitter.parameter(weights, 1) } else { None }),
        ("const float* weight", of_norm(0)),
        ("const float* shift", of_norm(1)),
        ("const float* mean", of_norm(2)),
        ("const float* variance", of_norm(3)),
        ("const val* residual", stage.residual.and_then(|residual| emitter.at(&residual))),
    ];
    let weight = if geometry.is_depthwise() {
        ("const float* w", emitter.parameter(weights, 0))
    } else {
        ("const val* w", product_weights(geometry, weights, false, emitter))
    };
    let mut arguments = vec![("const val* x", emitter.at(&stage.input)), weight];
    arguments.extend(ends);
    arguments.push(y);

    if geometry.is_depthwise() {
        arguments.push(("u32 batch", emitter.samples()));
        let kernel = epilogue(geometry.kernel("depthwise_forward", DEPTHWISE));
        emitter.each(&kernel, emitter.batch * rows * columns * filters, &arguments);
    } else {
        arguments.push(("u32* winners", if apart { None } else { winners }));
        let positions = if fused { (rows / 2) * (columns / 2) * 4 } else { rows * columns };
        let room = |count: usize, emitter: &mut Emitter| {
            if count > 1 { emitter.scratch(count * emitter.batch * positions * filters) } else { y.1 }
        };
        // An output in `f32` leaves the network dense.
        let own = (y.0 == "val* y").then_some(&stage.output);
        let volumes = [Some(&stage.input), stage.residual.as_ref(), own].into_iter().flatten();
        // Into how many parts the sums are cut, and whether they are with any batch.
        let (count, always_whole, parts) = if wgmma::takes(geometry, volumes, emitter) {
            let steps = geometry.channels().div_ceil(wgmma::line(emitter.precision)) * geometry.taps();
            let tiles = wgmma::Tiles::of_sums(filters, steps, wgmma::columns(geometry));
            let cut = |samples: usize| wgmma::Cut::new([rows, columns], samples, tiles.columns, fused);
            let count = |cut: &wgmma::Cut| cut.boxes * filters.div_ceil(tiles.rows());
            let boxes = cut(emitter.batch);
            let (parts, each) = wgmma::cut_sums(steps, count(&boxes));
            let sums = room(parts, emitter);
            let maps = [
                wgmma::weights_map(
                    arguments[1].1,
                    geometry.taps(),
                    [filters, geometry.channels()],
                    tiles.rows(),
                    emitter.precision,
                ),
                boxes.map(&stage.input, geometry.input, emitter),
            ];
            let mut product = arguments[2..].to_vec();
            product.extend([("float* sums", sums), ("u32 shape", boxes.shape())]);
            product.extend([("u32 parts", wgmma::number(parts)), ("u32 each", wgmma::number(each))]);
            product.push(("u32 batch", emitter.samples()));
            let kernel = epilogue(tiles.kernel(geometry, "conv_forward_boxes").with([("FOR_INPUT", 0)]));
            emitter.launch_mapped(&kernel, wgmma::Tiles::grid(count(&boxes) * parts), &["w", "x"], &maps, &product);
            (parts, wgmma::cut_sums(steps, count(&cut(1))).0 == 1, sums)
        } else {
            let by_weights = geometry.layout(emitter) == 0;
            let (kernel, across) = geometry.product("conv_forward", geometry.filters(), by_weights, emitter);
            let run = geometry.run(&stage.input, emitter.precision);
            let (height, products) = (tile_rows(emitter.precision), geometry.products(run, by_weights));
            let tiles = |samples: usize| (samples * positions).div_ceil(height) * across * geometry.groups;
            let (count, each) = cut(products, tiles(emitter.batch));
            let parts = room(count, emitter);
            let mut product = arguments.clone();
            product.push(("float* parts", parts));
            product.push(("u32 each", Some(Argument::U32(each as u32))));
            product.push(("u32 batch", emitter.samples()));
            let down = (emitter.batch * positions).div_ceil(height);
            let kernel = epilogue(kernel).with([("IN_RUN", run)]);
            emitter.launch(&kernel, [down, across, geometry.groups * count], &product);
            (count, cut(products, tiles(1)).0 == 1, parts)
        };

        emitter.adds(geometry.macs());

        // What follows x and w is the same.
        let mut finish = vec![("const float* parts", parts)];
        finish.extend_from_slice(&arguments[2..]);
        finish.push(("u32 count", Some(Argument::U32(count as u32))));
        finish.push(("u32 batch", emitter.samples()));
        let kernel = epilogue(geometry.kernel("conv_finish", super::sources(emitter.precision)));
        if count > 1 {
            let rows = emitter.batch * positions / if fused { 4 } else { 1 };
            emitter.each(&kernel, rows * filters.div_ceil(LANES), &finish);
        } else if !always_whole {
            emitter.declare(&kernel, &finish);
        }
    }
    if apart {
        pool(stage, full, winners, emitter);
    }
    emitter.layer = None;
}

/// Into how many parts sums of so many products are cut where there are few tiles, and the products of each.
fn cut(products: usize, tiles: usize) -> (usize, usize) {
    /// Products that are worth a part.
    const LEAST: usize = 128;
    let each = products.div_ceil((BLOCKS / tiles.max(1)).clamp(1, (products / LEAST).max(1))).next_multiple_of(32);
    (products.div_ceil(each), each)
}

fn pool(stage: &Stage, full: Option<Argument>, winners: Option<Argument>, emitter: &mut Emitter) {
    let map = &stage.output.map;
    let kernel = stage
        .geometry
        .kernel("pool_winners", AROUND)
        .with([("WINNERS", usize::from(winners.is_some())), ("OUT", map.pitch())]);
    let arguments = [
        ("const val* x", full),
        ("val* y", emitter.at(&stage.output)),
        ("u32* winners", winners),
        ("u32 batch", emitter.samples()),
    ];
    let count = emitter.batch * map.height * map.width * map.channels.div_ceil(LANES);
    emitter.each(&kernel, count, &arguments);
}
