//! Stated volumes that are not what arrives.

use super::rows::Rows;
use super::shape::{Sliding, formulas};
use crate::lower::Flow;
use crate::shape::{Rounding, Volume};

/// What is stated, what arrives from which layer, and the window that made it, if one did.
pub fn wrong(stated: Volume, arrived: Flow, from: &str, sliding: Option<&Sliding>) -> String {
    let arrive = if matches!(arrived.volume, Volume::Features(count) if count != 1) { "arrive" } else { "arrives" };
    let mut rows = Rows::new(format!("{stated} is stated here, but {} {arrive}", arrived.shown()));
    match sliding.filter(|_| matches!(stated, Volume::Map { .. })) {
        Some(sliding) => {
            rows.row("from", &format!("`{}`, whose input is {}", sliding.layer, sliding.input));
            if stated.size() == arrived.volume.size() {
                rows.list("fits", &[Vec::new(), filters(sliding, stated)]);
            } else {
                formulas(&mut rows, &sliding.slide, [&sliding.slide.height, &sliding.slide.width].into_iter());
                rows.list("fits", &[strides(sliding, stated), options(sliding, stated)]);
            }
        }
        None => rows.row("from", from),
    }
    let flattens = matches!((stated, arrived.volume), (Volume::Features(count), Volume::Map { .. })
        if arrived.volume.len() == Some(count));
    if flattens {
        rows.row("fits", "`flatten` before it, which makes features of a volume");
    }
    rows.finish()
}

pub fn missing(network: &str) -> String {
    let mut rows = Rows::new(format!("the volume that `{network}` gives must be stated after it"));
    rows.row(
        "help",
        &format!("`{network} -> 7x7x512` (the macro cannot look into another network; the compiler checks it)"),
    );
    rows.finish()
}

/// `conv5-32 -> 32x32x32`: the same convolution with as many filters as are stated.
fn filters(sliding: &Sliding, stated: Volume) -> Vec<String> {
    let (now, then) = (format!("-{}", sliding.depth), format!("-{}", stated.depth()));
    let text = sliding.layer.replacen(&now, &then, 1);
    if text == sliding.layer { Vec::new() } else { vec![format!("{text} -> {stated}")] }
}

fn strides(sliding: &Sliding, stated: Volume) -> Vec<String> {
    let fits = sliding.slide.nearby_strides().into_iter().filter(|fit| fit.output() == Some(stated.size()));
    fits.filter_map(|fit| sliding.with_stride(fit)).collect()
}

fn options(sliding: &Sliding, stated: Volume) -> Vec<String> {
    let slide = sliding.slide;
    let mut fits = slide.nearby_pads();
    fits.extend(slide.pad_that_gives(stated.size()));
    if slide.rounding == Rounding::Floor && sliding.pool {
        fits.push(slide.with_rounding(Rounding::Ceil));
    }
    fits.retain(|fit| fit.output() == Some(stated.size()));
    fits.dedup();
    fits.into_iter().filter_map(|fit| sliding.with_options(fit)).collect()
}
