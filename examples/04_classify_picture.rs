//! Loads trained weights and classifies a picture file, a png or jpeg of one digit, dark on light or light on dark:
//!
//! `cargo run --release --example 04_classify_picture [PICTURE [WEIGHTS]]`
//!
//! The weights are those that the first example writes. Without arguments it takes the files beside this one.

use std::error::Error;
use std::process::ExitCode;

use convnet_runtime::prelude::*;
use image::imageops::{self, FilterType};

network! {
    /// The network of the first example.
    pub struct Digits {
        input 8x8x1
        -> [conv3-32 -> relu]*2 -> maxpool
        -> conv3-64 -> relu -> maxpool
        -> fc-64 -> relu -> dropout -> fc-10 -> softmax
    }
}

fn classify(picture: &str, weights: &str) -> Result<(), Box<dyn Error>> {
    let net = Digits::load(weights)?;

    // As the training data are: 8x8 pixels, ink bright on a dark ground.
    let mut pixels = imageops::resize(
        &image::open(picture).map_err(|error| format!("{picture}: {error}"))?.to_luma8(),
        8,
        8,
        FilterType::Triangle,
    );
    let corners = [(0, 0), (7, 0), (0, 7), (7, 7)].map(|(x, y)| u32::from(pixels.get_pixel(x, y).0[0]));
    if corners.iter().sum::<u32>() > 2 * 255 {
        imageops::invert(&mut pixels);
    }
    let image = Tensor::from_hwc_bytes(&pixels, &Pixels::UNIT)?;

    for (digit, probability) in net.predict(&image).top(0, 3) {
        println!("{digit}  {:5.1} %", probability * 100.0);
    }
    Ok(())
}

fn main() -> ExitCode {
    const BESIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let mut arguments = std::env::args().skip(1);
    let picture = arguments.next().unwrap_or(format!("{BESIDE}/seven.png"));
    let weights = arguments.next().unwrap_or(format!("{BESIDE}/digits.safetensors"));
    match classify(&picture, &weights) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
