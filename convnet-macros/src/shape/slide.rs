//! A window on a map, in both directions. What would fit in place of one that does not is searched here, and tried with
//! the formula itself.

use super::{Axis, Fit, Misfit, Rounding};

/// A window that slides over a map, and what its layer allows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Slide {
    pub height: Axis,
    pub width: Axis,
    pub rounding: Rounding,
    /// The largest padding of the layer, where it has one.
    pub most_pad: Option<(u64, u64)>,
}

/// How far from what is written the searches look.
const FAR: u64 = 64;

impl Slide {
    pub fn fit(self) -> Result<(Fit, Fit), Misfit> {
        if let Some(most) = self.most_pad
            && (self.height.pad > most.0 || self.width.pad > most.1)
        {
            return Err(Misfit::TooLarge);
        }
        Ok((self.height.fit(self.rounding)?, self.width.fit(self.rounding)?))
    }

    /// Height and width of what it gives.
    pub fn output(self) -> Option<(u64, u64)> {
        self.fit().ok().map(|(height, width)| (height.output, width.output))
    }

    pub const fn input(self) -> (u64, u64) {
        (self.height.input, self.width.input)
    }

    pub const fn stride(self) -> (u64, u64) {
        (self.height.stride, self.width.stride)
    }

    pub const fn pad(self) -> (u64, u64) {
        (self.height.pad, self.width.pad)
    }

    pub const fn with_rounding(self, rounding: Rounding) -> Self {
        Self { rounding, ..self }
    }

    pub const fn with_input(mut self, (height, width): (u64, u64)) -> Self {
        self.height.input = height;
        self.width.input = width;
        self
    }

    pub const fn with_stride(mut self, (height, width): (u64, u64)) -> Self {
        self.height.stride = height;
        self.width.stride = width;
        self
    }

    pub const fn with_pad(mut self, (height, width): (u64, u64)) -> Self {
        self.height.pad = height;
        self.width.pad = width;
        self
    }

    /// The next smaller and the next larger input that fit.
    pub fn nearby_inputs(self) -> Vec<Self> {
        let (height, width) = (self.nearby_axis_inputs(self.height), self.nearby_axis_inputs(self.width));
        let pairs = [height.0.zip(width.0), height.1.zip(width.1)];
        self.fitting(pairs.into_iter().flatten().map(|input| self.with_input(input)))
    }

    fn nearby_axis_inputs(self, axis: Axis) -> (Option<u64>, Option<u64>) {
        match axis.fit(self.rounding) {
            Ok(_) => (Some(axis.input), Some(axis.input)),
            Err(Misfit::Rest) => {
                let rest = (axis.input + 2 * axis.pad - axis.reach().unwrap_or(0)) % axis.stride;
                let smaller = axis.input.checked_sub(rest).filter(|&input| input > 0);
                (smaller, axis.input.checked_add(axis.stride - rest))
            }
            Err(Misfit::TooLarge) => (None, axis.reach().and_then(|reach| reach.checked_sub(2 * axis.pad))),
            Err(Misfit::Overflow) => (None, None),
        }
    }

    /// The next smaller stride that fits, and the next larger one up to twice as large.
    pub fn nearby_strides(self) -> Vec<Self> {
        let (height, width) = self.stride();
        let at = |from: (u64, u64), step: fn(u64, u64) -> Option<u64>| {
            (1..=FAR).map_while(move |n| self.moved(from, |stride| step(stride, n).filter(|&s| s > 0)))
        };
        let smaller = at((height, width), u64::checked_sub).map(|s| self.with_stride(s)).find(|s| s.output().is_some());
        let larger = at((height, width), u64::checked_add)
            .take_while(|&(h, w)| h <= height.saturating_mul(2) && w <= width.saturating_mul(2))
            .map(|s| self.with_stride(s))
            .find(|s| s.output().is_some());
        smaller.into_iter().chain(larger).collect()
    }

    /// The next smaller padding that fits and the next larger one within the window.
    pub fn nearby_pads(self) -> Vec<Self> {
        let smaller = (1..=FAR)
            .map_while(|n| self.moved(self.pad(), |pad| pad.checked_sub(n)))
            .map(|pad| self.with_pad(pad))
            .find(|s| s.output().is_some());
        smaller.into_iter().chain(self.larger_pads().find(|s| s.output().is_some())).collect()
    }

    /// The smallest larger padding that gives `output`.
    pub fn pad_that_gives(self, output: (u64, u64)) -> Option<Self> {
        self.larger_pads().find(|s| s.output() == Some(output))
    }

    /// All paddings from the written one up to where a window would see zeros only.
    fn larger_pads(self) -> impl Iterator<Item = Self> {
        (1..=FAR)
            .map_while(move |n| self.moved(self.pad(), |pad| pad.checked_add(n)))
            .map(move |pad| self.with_pad(pad))
            .take_while(|s| within(s.height) && within(s.width))
    }

    /// Both directions moved where they are equal, otherwise only those that do not fit.
    fn moved(self, (height, width): (u64, u64), by: impl Fn(u64) -> Option<u64>) -> Option<(u64, u64)> {
        let both = height == width;
        let misfits = |axis: Axis| both || axis.fit(self.rounding).is_err();
        let to = |value, axis| if misfits(axis) { by(value) } else { Some(value) };
        to(height, self.height).zip(to(width, self.width))
    }

    fn fitting(self, candidates: impl Iterator<Item = Self>) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for candidate in candidates {
            if candidate != self && candidate.output().is_some() && !found.contains(&candidate) {
                found.push(candidate);
            }
        }
        found
    }
}

fn within(axis: Axis) -> bool {
    axis.reach().is_some_and(|reach| axis.pad < reach)
}
