//! Stated volumes that are not what arrives.

use super::rows::Rows;
use super::shape::{Sliding, formulas};
use crate::shape::{Rounding, Volume};

pub fn wrong(stated: Volume, arrived: Volume, from: &str, sliding: Option<&Sliding>) -> String {
    let mut rows = Rows::new(format!("{stated} is stated here, but {} arrives", named(arrived)));
    match sliding {
        Some(sliding) => {
            rows.row("from", &format!("`{}`, whose input is {}", sliding.layer, sliding.input));
            if stated.size() != arrived.size() {
                formulas(&mut rows, &sliding.slide, [&sliding.slide.height, &sliding.slide.width].into_iter());
                rows.list("fits", &[strides(sliding, stated), options(sliding, stated)]);
            }
        }
        None => rows.row("from", from),
    }
    if let (Volume::Features(count), true) = (stated, stated != arrived) {
        if let Volume::Map { .. } = arrived
            && arrived.len() == Some(count)
        {
            rows.row("fits", "`flatten` before it makes features of a volume");
        }
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

fn named(volume: Volume) -> String {
    match volume {
        Volume::Map { .. } => volume.to_string(),
        Volume::Features(1) => "1 feature".to_owned(),
        Volume::Features(count) => format!("a vector of {count} features"),
    }
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
