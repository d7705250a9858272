//! Branches that do not agree.

use super::rows::Rows;
use crate::shape::{Axis, Rounding, Slide, Volume};

/// What one branch gives.
pub struct End {
    pub volume: Volume,
    /// With question marks for what is a guess.
    pub shown: String,
    /// The layer that gives it.
    pub last: String,
    /// The branch is `skip`.
    pub skip: bool,
}

pub fn sum(ends: &[End], exact: bool) -> String {
    let mut rows = describe("branches that are summed must give one volume", ends);
    if let Some(fix) = projection(ends, exact) {
        rows.row("fits", &fix);
    }
    rows.finish()
}

pub fn concat(ends: &[End]) -> String {
    let features = ends.iter().filter(|end| matches!(end.volume, Volume::Features(_))).count();
    let headline = if features == 0 || features == ends.len() {
        "branches that are concatenated must give one height and width"
    } else {
        "branches that are concatenated must all give volumes, or all features"
    };
    describe(headline, ends).finish()
}

fn describe(headline: &str, ends: &[End]) -> Rows {
    let mut rows = Rows::new(headline);
    for end in ends {
        rows.row("branch", &format!("{}, from {}", end.shown, end.last));
    }
    rows
}

/// `conv1-128/2` in place of a `skip` that gives another volume.
fn projection(ends: &[End], exact: bool) -> Option<String> {
    let skip = ends.iter().find(|end| end.skip)?;
    let other = ends.iter().find(|end| !end.skip)?;
    if ends.iter().any(|end| !end.skip && end.volume != other.volume) {
        return None;
    }
    let (Volume::Map { height, width, depth }, Volume::Map { height: to, width: across, .. }) =
        (other.volume, skip.volume)
    else {
        return None;
    };
    let stride = if (height, width) == (to, across) { 1 } else { to.div_ceil(height) };
    let axis = |input| Axis { input, kernel: 1, stride, pad: 0, dilation: 1 };
    let slide = Slide { height: axis(to), width: axis(across), rounding: Rounding::Exact, most_pad: None };
    let (flag, slide) = match slide.output() {
        None if exact => ("(floor)", slide.with_rounding(Rounding::Floor)),
        None => ("", slide.with_rounding(Rounding::Floor)),
        Some(_) => ("", slide),
    };
    let stride = if stride == 1 { String::new() } else { format!("/{stride}") };
    let fits = slide.output() == Some((height, width));
    fits.then(|| format!("`conv1-{depth}{stride}{flag}` in place of `skip` -> {height}x{width}x{depth}"))
}
