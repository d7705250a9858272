//! Volumes and the formula: pure numbers in, pure numbers out. What would fit in place of a layer that does not is
//! searched here too, and tried with the same formula.

use std::fmt;

/// Height x width x depth, or features: a vector that has no place in space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Volume {
    Map { height: u64, width: u64, depth: u64 },
    Features(u64),
}

impl Volume {
    /// (height, width, depth); features stand at one position.
    pub const fn hwc(self) -> (u64, u64, u64) {
        match self {
            Self::Map { height, width, depth } => (height, width, depth),
            Self::Features(count) => (1, 1, count),
        }
    }

    pub const fn size(self) -> (u64, u64) {
        let (height, width, _) = self.hwc();
        (height, width)
    }

    pub const fn depth(self) -> u64 {
        self.hwc().2
    }

    /// Of the same kind and size with another depth.
    pub const fn with_depth(self, depth: u64) -> Self {
        match self {
            Self::Map { height, width, .. } => Self::Map { height, width, depth },
            Self::Features(_) => Self::Features(depth),
        }
    }

    /// Values in one sample.
    pub fn len(self) -> Option<u64> {
        let (height, width, depth) = self.hwc();
        height.checked_mul(width)?.checked_mul(depth)
    }
}

impl fmt::Display for Volume {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Map { height, width, depth } => write!(f, "{height}x{width}x{depth}"),
            Self::Features(count) => write!(f, "{count}"),
        }
    }
}

/// What happens to a division that leaves a rest.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Rounding {
    #[default]
    Exact,
    Floor,
    Ceil,
    Same,
}

/// A window that slides in one direction.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Axis {
    pub input: u64,
    pub kernel: u64,
    pub stride: u64,
    /// Zeros on each side; `same` finds its own.
    pub pad: u64,
    pub dilation: u64,
}

/// What a window gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fit {
    pub output: u64,
    pub pad_before: u64,
    pub pad_after: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Misfit {
    /// The division leaves a rest.
    Rest,
    /// The window is larger than the padded input.
    TooLarge,
    Overflow,
}

impl Axis {
    /// How far the window reaches: D(F - 1) + 1.
    pub fn reach(self) -> Option<u64> {
        self.kernel.checked_sub(1)?.checked_mul(self.dilation)?.checked_add(1)
    }

    /// (W + 2P - F)/S + 1.
    pub fn fit(self, rounding: Rounding) -> Result<Fit, Misfit> {
        let reach = self.reach().ok_or(Misfit::Overflow)?;
        if rounding == Rounding::Same {
            return self.fit_same(reach).ok_or(Misfit::Overflow);
        }
        let padded = self.pad.checked_mul(2).and_then(|pads| pads.checked_add(self.input)).ok_or(Misfit::Overflow)?;
        let way = padded.checked_sub(reach).ok_or(Misfit::TooLarge)?;
        let steps = match rounding {
            Rounding::Exact if !way.is_multiple_of(self.stride) => return Err(Misfit::Rest),
            Rounding::Exact | Rounding::Floor | Rounding::Same => way / self.stride,
            Rounding::Ceil => {
                let steps = way.div_ceil(self.stride);
                let begin = steps.checked_mul(self.stride).ok_or(Misfit::Overflow)?;
                if begin >= padded - self.pad { steps - 1 } else { steps }
            }
        };
        let output = steps.checked_add(1).ok_or(Misfit::Overflow)?;
        Ok(Fit { output, pad_before: self.pad, pad_after: self.pad })
    }

    fn fit_same(self, reach: u64) -> Option<Fit> {
        let output = self.input.div_ceil(self.stride);
        let end = output.checked_sub(1)?.checked_mul(self.stride)?.checked_add(reach)?;
        let pads = end.saturating_sub(self.input);
        Some(Fit { output, pad_before: pads / 2, pad_after: pads.div_ceil(2) })
    }

    /// What to go on with where nothing fits: the floor, or the size of the input.
    pub fn guess(self) -> u64 {
        self.fit(Rounding::Floor).map_or(self.input, |fit| fit.output)
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(input: u64, kernel: u64, stride: u64, pad: u64) -> Axis {
        Axis { input, kernel, stride, pad, dilation: 1 }
    }

    fn square(axis: Axis, rounding: Rounding) -> Slide {
        Slide { height: axis, width: axis, rounding, most_pad: None }
    }

    fn output(axis: Axis, rounding: Rounding) -> Result<u64, Misfit> {
        axis.fit(rounding).map(|fit| fit.output)
    }

    #[test]
    fn the_lectures_examples() {
        assert_eq!(output(axis(7, 3, 1, 0), Rounding::Exact), Ok(5));
        assert_eq!(output(axis(7, 3, 2, 0), Rounding::Exact), Ok(3));
        assert_eq!(output(axis(7, 3, 3, 0), Rounding::Exact), Err(Misfit::Rest));
        assert_eq!(output(axis(7, 3, 1, 1), Rounding::Exact), Ok(7));
        assert_eq!(output(axis(32, 5, 1, 2), Rounding::Exact), Ok(32));
        assert_eq!(output(axis(1, 3, 1, 1), Rounding::Exact), Ok(1));
        assert_eq!(output(axis(227, 11, 4, 0), Rounding::Exact), Ok(55));
        assert_eq!(output(axis(224, 11, 4, 0), Rounding::Exact), Err(Misfit::Rest));
        assert_eq!(output(axis(224, 11, 4, 2), Rounding::Floor), Ok(55));
    }

    #[test]
    fn windows_that_are_too_large() {
        assert_eq!(output(axis(2, 3, 1, 0), Rounding::Floor), Err(Misfit::TooLarge));
        assert_eq!(output(axis(2, 3, 1, 0), Rounding::Ceil), Err(Misfit::TooLarge));
        assert_eq!(output(axis(2, 3, 1, 0), Rounding::Same), Ok(2));
        assert_eq!(output(axis(5, u64::MAX, 1, 0), Rounding::Floor), Err(Misfit::TooLarge));
        assert_eq!(output(axis(5, 3, 1, u64::MAX), Rounding::Floor), Err(Misfit::Overflow));
        let dilated = Axis { dilation: u64::MAX, ..axis(5, 3, 1, 0) };
        assert_eq!(output(dilated, Rounding::Floor), Err(Misfit::Overflow));
    }

    /// `MaxPool2d(kernel_size=2, stride=2, padding=1, ceil_mode=True)` on 3, 4, 5 and others, as `PyTorch` gives them.
    #[test]
    fn ceil_drops_windows_beyond_the_input() {
        assert_eq!(output(axis(112, 3, 2, 0), Rounding::Ceil), Ok(56));
        assert_eq!(output(axis(28, 3, 2, 0), Rounding::Ceil), Ok(14));
        assert_eq!(output(axis(3, 2, 2, 1), Rounding::Ceil), Ok(2));
        assert_eq!(output(axis(4, 2, 2, 1), Rounding::Ceil), Ok(3));
        assert_eq!(output(axis(2, 1, 3, 0), Rounding::Ceil), Ok(1));
        assert_eq!(output(axis(142, 3, 2, 0), Rounding::Ceil), Ok(71));
        assert_eq!(output(axis(33, 4, 2, 0), Rounding::Ceil), Ok(16));
    }

    #[test]
    fn same_puts_the_odd_zero_last() {
        assert_eq!(axis(224, 3, 2, 0).fit(Rounding::Same), Ok(Fit { output: 112, pad_before: 0, pad_after: 1 }));
        assert_eq!(axis(224, 7, 2, 0).fit(Rounding::Same), Ok(Fit { output: 112, pad_before: 2, pad_after: 3 }));
        assert_eq!(axis(5, 1, 2, 0).fit(Rounding::Same), Ok(Fit { output: 3, pad_before: 0, pad_after: 0 }));
        let dilated = Axis { dilation: 2, ..axis(10, 3, 1, 0) };
        assert_eq!(dilated.fit(Rounding::Same), Ok(Fit { output: 10, pad_before: 2, pad_after: 2 }));
    }

    #[test]
    fn what_fits_in_place_of_alexnets_first_layer() {
        let slide = square(axis(224, 11, 4, 0), Rounding::Exact);
        let outputs =
            |found: Vec<Slide>| found.iter().map(|s| (s.input().0, s.stride().0, s.output())).collect::<Vec<_>>();
        assert_eq!(outputs(slide.nearby_inputs()), [(223, 4, Some((54, 54))), (227, 4, Some((55, 55)))]);
        assert_eq!(outputs(slide.nearby_strides()), [(224, 3, Some((72, 72)))]);
        assert_eq!(slide.nearby_pads(), []);
        let floor = slide.with_rounding(Rounding::Floor);
        assert_eq!(floor.output(), Some((54, 54)));
        assert_eq!(floor.pad_that_gives((55, 55)).map(Slide::pad), Some((2, 2)));
    }

    #[test]
    fn all_that_is_found_fits() {
        for input in 1..=24 {
            for kernel in 1..=7 {
                for stride in 1..=4 {
                    for pad in 0..=3 {
                        for rounding in [Rounding::Exact, Rounding::Floor, Rounding::Ceil] {
                            let slide = Slide {
                                width: axis(input + 3, kernel, stride, pad),
                                ..square(axis(input, kernel, stride, pad), rounding)
                            };
                            let found = [slide.nearby_inputs(), slide.nearby_strides(), slide.nearby_pads()];
                            assert!(found.iter().flatten().all(|s| s.output().is_some()), "{slide:?}: {found:?}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn directions_that_differ_move_alone() {
        let slide =
            Slide { height: axis(10, 3, 2, 0), width: axis(9, 3, 1, 0), rounding: Rounding::Exact, most_pad: None };
        assert_eq!(slide.nearby_inputs().iter().map(|s| s.input()).collect::<Vec<_>>(), [(9, 9), (11, 9)]);
        assert_eq!(slide.nearby_strides().iter().map(|s| s.stride()).collect::<Vec<_>>(), [(1, 1)]);
    }
}
