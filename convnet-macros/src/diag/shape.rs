//! Sentences about windows and sizes: a window and its input come in, the formula with its numbers and what would fit
//! go out.

use super::rows::Rows;
use crate::shape::{Axis, Misfit, Rounding, Slide, Volume};

/// A convolution or pool at its place, with all that an error about its size shows.
#[derive(Clone)]
pub struct Sliding {
    /// `conv11-96/4`
    pub layer: String,
    pub slide: Slide,
    /// The volume that comes in, and from where.
    pub input: Volume,
    pub from: String,
    /// Of what it gives.
    pub depth: u64,
    /// The padding is written and not a default.
    pub pad_written: bool,
    pub pool: bool,
}

/// A layer's text without its options.
pub fn short(text: &str) -> &str {
    text.split('(').next().unwrap_or(text)
}

pub fn does_not_fit(sliding: &Sliding) -> String {
    let Sliding { layer, slide, input, from, .. } = sliding;
    let too_large = misfits(slide).any(|axis| axis.fit(slide.rounding) == Err(Misfit::TooLarge));
    let headline = if too_large {
        let window = pair((slide.height.kernel, slide.width.kernel), true);
        let reach = (slide.height.reach().unwrap_or(0), slide.width.reach().unwrap_or(0));
        let dilated = if reach == (slide.height.kernel, slide.width.kernel) {
            String::new()
        } else {
            format!(", dilated to {},", pair(reach, true))
        };
        let padded = if slide.pad() == (0, 0) { "" } else { " with its padding" };
        format!("the {window} window of {layer}{dilated} is larger than its input{padded}")
    } else {
        format!("{layer} does not fit its input")
    };
    let mut rows = Rows::new(headline);
    rows.row("input", &format!("{input}, from {from}"));
    formulas(&mut rows, slide, misfits(slide));
    rows.list("fits", &[places(sliding), paddings(sliding)]);
    rows.finish()
}

/// A convolution with an even side whose padding is not written; `fits` are slides with paddings to choose from.
pub fn even_window(sliding: &Sliding, fits: &[Slide]) -> String {
    let Slide { height, width, .. } = sliding.slide;
    let mut rows = Rows::new(format!("{} must say its padding, because an even F has no middle", sliding.layer));
    let (axis, letter) = if height.kernel.is_multiple_of(2) { (height, "height") } else { (width, "width") };
    let Axis { kernel, dilation, .. } = axis;
    let half = quotient(i128::from(kernel) * i128::from(dilation) - i128::from(dilation) - 2, 2);
    let label = if height.kernel == width.kernel && height.dilation == width.dilation { "formula" } else { letter };
    let text = if dilation == 1 {
        format!("P = (F - 1)/2 = ({kernel} - 1)/2 = {half}")
    } else {
        format!("P = D(F - 1)/2 = {dilation}*({kernel} - 1)/2 = {half}")
    };
    rows.row(label, &text);
    let fits = fits.iter().filter_map(|&fit| sliding.with_options(fit)).collect();
    rows.list("fits", &[Vec::new(), fits]);
    rows.finish()
}

pub fn too_large(sliding: &Sliding) -> String {
    format!("the numbers of {} are too large to compute with", sliding.layer)
}

pub fn volume_too_large(text: &str, volume: Volume) -> String {
    format!("`{}` is too large for 64-bit counts: {volume}", short(text))
}

/// The formula in each direction of `axes`, once where both are the same.
pub fn formulas<'s>(rows: &mut Rows, slide: &'s Slide, axes: impl Iterator<Item = &'s Axis>) {
    for axis in axes {
        if slide.height == slide.width {
            rows.row("formula", &formula(axis, 'W'));
            return;
        }
        let (label, letter) =
            if std::ptr::eq(axis, &raw const slide.height) { ("height", 'H') } else { ("width", 'W') };
        rows.row(label, &formula(axis, letter));
    }
}

fn misfits(slide: &Slide) -> impl Iterator<Item = &Axis> {
    [&slide.height, &slide.width].into_iter().filter(|axis| axis.fit(slide.rounding).is_err())
}

/// `(W - F + 2P)/S + 1 = (224 - 11 + 2*0)/4 + 1 = 54.25`
fn formula(axis: &Axis, letter: char) -> String {
    let Axis { input, kernel, stride, pad, dilation } = *axis;
    let reach = axis.reach().unwrap_or(kernel);
    let value = quotient(i128::from(input) - i128::from(reach) + 2 * i128::from(pad), stride);
    let dilated = if dilation == 1 {
        String::new()
    } else {
        format!(", where dilation {dilation} makes F = {dilation}*({kernel} - 1) + 1 = {reach}")
    };
    format!("({letter} - F + 2P)/S + 1 = ({input} - {reach} + 2*{pad})/{stride} + 1 = {value}{dilated}")
}

/// way/stride + 1 in decimals, cut after four with two dots.
fn quotient(way: i128, stride: u64) -> String {
    let stride = i128::from(stride.max(1));
    let total = way + stride;
    let sign = if total < 0 { "-" } else { "" };
    let (whole, mut rest) = (total.abs() / stride, total.abs() % stride);
    let mut text = format!("{sign}{whole}");
    if rest > 0 {
        text.push('.');
    }
    for _ in 0..4 {
        if rest == 0 {
            return text;
        }
        rest *= 10;
        text += &(rest / stride).to_string();
        rest %= stride;
    }
    if rest > 0 {
        text += "..";
    }
    text
}

/// Inputs and strides that fit: `input 223x223x3 -> 54x54x96 or 227x227x3 -> 55x55x96`, `stride 3 -> 72x72x96`.
fn places(sliding: &Sliding) -> Vec<String> {
    let slide = sliding.slide;
    let inputs = slide.nearby_inputs().into_iter().filter_map(|fit| {
        let (height, width) = fit.input();
        Some(format!("{height}x{width}x{} -> {}", sliding.input.depth(), sliding.gives(fit)?))
    });
    let inputs: Vec<String> = inputs.collect();
    let inputs = if inputs.is_empty() { None } else { Some(format!("input {}", inputs.join(" or "))) };
    let strides = slide.nearby_strides().into_iter().filter_map(|fit| sliding.with_stride(fit));
    inputs.into_iter().chain(strides).collect()
}

/// Paddings and roundings that fit: `(pad=0, floor) -> 54x54x96`.
fn paddings(sliding: &Sliding) -> Vec<String> {
    let slide = sliding.slide;
    let mut fits = slide.nearby_pads();
    if slide.rounding == Rounding::Exact {
        let floor = slide.with_rounding(Rounding::Floor);
        fits.push(floor);
        if let Some((height, width)) = floor.output() {
            let rounded_up = |axis: Axis, output: u64| {
                if axis.fit(Rounding::Exact).is_err() { output.saturating_add(1) } else { output }
            };
            let more = (rounded_up(slide.height, height), rounded_up(slide.width, width));
            if sliding.pool {
                fits.push(slide.with_rounding(Rounding::Ceil));
            }
            fits.extend(floor.pad_that_gives(more));
        } else {
            fits.extend(floor.nearby_pads());
        }
    }
    let mut texts = Vec::new();
    let mut exact = Vec::new();
    for fit in fits {
        if fit.rounding == Rounding::Exact {
            exact.push(fit.pad());
        } else if exact.contains(&fit.pad()) {
            continue;
        }
        texts.extend(sliding.with_options(fit));
    }
    texts
}

impl Sliding {
    /// The volume that another slide gives.
    fn gives(&self, slide: Slide) -> Option<Volume> {
        let (height, width) = slide.output()?;
        Some(Volume::Map { height, width, depth: self.depth })
    }

    /// `stride 3 -> 72x72x96`
    pub fn with_stride(&self, slide: Slide) -> Option<String> {
        Some(format!("stride {} -> {}", pair(slide.stride(), false), self.gives(slide)?))
    }

    /// `(pad=2, floor) -> 55x55x96`: what is written or changed.
    pub fn with_options(&self, slide: Slide) -> Option<String> {
        let volume = self.gives(slide)?;
        let mut options = Vec::new();
        if slide.rounding != Rounding::Same && (self.pad_written || slide.pad() != self.slide.pad()) {
            options.push(format!("pad={}", pair(slide.pad(), false)));
        }
        if slide.rounding != self.slide.rounding {
            options.push(flag(slide.rounding).to_owned());
        }
        Some(format!("({}) -> {volume}", options.join(", ")))
    }
}

pub const fn flag(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::Exact => "exact",
        Rounding::Floor => "floor",
        Rounding::Ceil => "ceil",
        Rounding::Same => "same",
    }
}

/// `3x5`, or `3` for two equal numbers unless both are wanted.
pub fn pair((height, width): (u64, u64), both: bool) -> String {
    if height == width && !both { height.to_string() } else { format!("{height}x{width}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sliding(input: u64, kernel: u64, stride: u64, pad: u64) -> Sliding {
        let axis = Axis { input, kernel, stride, pad, dilation: 1 };
        Sliding {
            layer: format!("conv{kernel}-96/{stride}"),
            slide: Slide { height: axis, width: axis, rounding: Rounding::Exact, most_pad: None },
            input: Volume::Map { height: input, width: input, depth: 3 },
            from: "`input`".to_owned(),
            depth: 96,
            pad_written: true,
            pool: false,
        }
    }

    #[test]
    fn alexnets_famous_slip() {
        let text = "\
conv11-96/4 does not fit its input
  input:   224x224x3, from `input`
  formula: (W - F + 2P)/S + 1 = (224 - 11 + 2*0)/4 + 1 = 54.25
  fits:    input 223x223x3 -> 54x54x96 or 227x227x3 -> 55x55x96; stride 3 -> 72x72x96;
           or (pad=0, floor) -> 54x54x96, (pad=2, floor) -> 55x55x96";
        assert_eq!(does_not_fit(&sliding(224, 11, 4, 0)), text);
    }

    #[test]
    fn quotients_are_exact_or_say_that_they_are_not() {
        assert_eq!(quotient(213, 4), "54.25");
        assert_eq!(quotient(212, 4), "54");
        assert_eq!(quotient(1, 3), "1.3333..");
        assert_eq!(quotient(-4, 1), "-3");
        assert_eq!(quotient(-1, 2), "0.5");
        assert_eq!(quotient(-5, 2), "-1.5");
    }
}
