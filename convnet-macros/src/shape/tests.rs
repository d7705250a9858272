//! The formula on the lecture's examples, its corners, and what fits in place of a misfit.

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
    let outputs = |found: Vec<Slide>| found.iter().map(|s| (s.input().0, s.stride().0, s.output())).collect::<Vec<_>>();
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
    let slide = Slide { height: axis(10, 3, 2, 0), width: axis(9, 3, 1, 0), rounding: Rounding::Exact, most_pad: None };
    assert_eq!(slide.nearby_inputs().iter().map(|s| s.input()).collect::<Vec<_>>(), [(9, 9), (11, 9)]);
    assert_eq!(slide.nearby_strides().iter().map(|s| s.stride()).collect::<Vec<_>>(), [(1, 1)]);
}
