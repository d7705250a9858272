//! The formula `(W - F + 2P)/S + 1` in whole numbers, for the four ways to treat a rest.

/// What happens to a division that leaves a rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// It does not fit.
    #[default]
    Exact,
    /// The rest of the input is not seen (PyTorch).
    Floor,
    /// A last window sees what is left (Caffe); one that would begin at or beyond the input and the padding before it is
    /// dropped.
    Ceil,
    /// `ceil(W / S)` outputs, whatever padding that takes (TensorFlow).
    Same,
}

/// The number of outputs along one side: `(size + pad_before + pad_after - F) / stride + 1` with
/// `F = dilation (kernel - 1) + 1`; with [`Rounding::Same`], `ceil(size / stride)` and the padding follows from it.
///
/// `None` if the window does not fit, if a division leaves a rest under [`Rounding::Exact`], if one of size, kernel,
/// stride and dilation is zero, or if a number overflows.
pub const fn extent(
    size: usize,
    kernel: usize,
    stride: usize,
    pad_before: usize,
    pad_after: usize,
    dilation: usize,
    rounding: Rounding,
) -> Option<usize> {
    let Some(window) = window(kernel, dilation) else { return None };
    if size == 0 || stride == 0 {
        return None;
    }
    if matches!(rounding, Rounding::Same) {
        return Some(size.div_ceil(stride));
    }
    let Some(before) = size.checked_add(pad_before) else { return None };
    let Some(padded) = before.checked_add(pad_after) else { return None };
    let Some(slack) = padded.checked_sub(window) else { return None };
    match rounding {
        Rounding::Exact if !slack.is_multiple_of(stride) => None,
        Rounding::Exact | Rounding::Floor => Some(slack / stride + 1),
        Rounding::Ceil | Rounding::Same => {
            let (windows, begin) = (slack.div_ceil(stride) + 1, before.div_ceil(stride));
            Some(if windows < begin { windows } else { begin })
        }
    }
}

/// The padding of [`Rounding::Same`], before and after: `max((out - 1) stride + F - size, 0)` in all, the odd one after.
/// `None` as for [`extent`].
pub const fn same_padding(size: usize, kernel: usize, stride: usize, dilation: usize) -> Option<(usize, usize)> {
    let Some(window) = window(kernel, dilation) else { return None };
    if size == 0 || stride == 0 {
        return None;
    }
    // (out - 1) stride < size, so that only the sum can overflow.
    let Some(reach) = ((size.div_ceil(stride) - 1) * stride).checked_add(window) else { return None };
    let total = reach.saturating_sub(size);
    Some((total / 2, total - total / 2))
}

/// What a dilated filter covers.
const fn window(kernel: usize, dilation: usize) -> Option<usize> {
    if kernel == 0 || dilation == 0 {
        return None;
    }
    let Some(gaps) = (kernel - 1).checked_mul(dilation) else { return None };
    gaps.checked_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Slides the window instead of dividing.
    fn counted(w: usize, f: usize, s: usize, p: [usize; 2], d: usize, rounding: Rounding) -> Option<usize> {
        let window = d * (f - 1) + 1;
        let end = w + p[0] + p[1];
        if rounding == Rounding::Same {
            return Some((0..w).step_by(s).count());
        }
        if window > end {
            return None;
        }
        let whole = (0..end).step_by(s).filter(|at| at + window <= end).count();
        let rest = end - ((whole - 1) * s + window);
        match rounding {
            Rounding::Exact => (rest == 0).then_some(whole),
            Rounding::Floor => Some(whole),
            _ => {
                let next = rest > 0;
                let begins = if next { whole * s } else { (whole - 1) * s };
                Some(whole + usize::from(next) - usize::from(begins >= w + p[0]))
            }
        }
    }

    #[test]
    fn the_formula_counts_windows() {
        for rounding in [Rounding::Exact, Rounding::Floor, Rounding::Ceil, Rounding::Same] {
            for (w, f, s) in (1..20).flat_map(|w| (1..8).flat_map(move |f| (1..5).map(move |s| (w, f, s)))) {
                for (p, q, d) in (0..=f / 2).flat_map(|p| (p..=p + 1).flat_map(move |q| (1..4).map(move |d| (p, q, d))))
                {
                    let result = extent(w, f, s, p, q, d, rounding);
                    assert_eq!(result, counted(w, f, s, [p, q], d, rounding), "{w} {f} {s} {p} {q} {d} {rounding:?}");
                }
            }
        }
    }

    #[test]
    fn same_padding_makes_the_division_exact() {
        for (w, f, s) in (1..20).flat_map(|w| (1..8).flat_map(move |f| (1..5).map(move |s| (w, f, s)))) {
            for d in 1..4 {
                let (before, after) = same_padding(w, f, s, d).expect("small numbers");
                assert!(after == before || after == before + 1);
                let expected = extent(w, f, s, 0, 0, d, Rounding::Same);
                assert_eq!(extent(w, f, s, before, after, d, Rounding::Floor), expected);
            }
        }
    }

    #[test]
    fn known_systems() {
        assert_eq!(extent(227, 11, 4, 0, 0, 1, Rounding::Exact), Some(55));
        assert_eq!(extent(224, 11, 4, 0, 0, 1, Rounding::Exact), None);
        assert_eq!(extent(224, 11, 4, 2, 2, 1, Rounding::Floor), Some(55));
        assert_eq!(extent(1, 3, 1, 1, 1, 1, Rounding::Exact), Some(1));
        assert_eq!(extent(32, 3, 2, 0, 0, 1, Rounding::Ceil), Some(16));
        assert_eq!(same_padding(224, 7, 2, 1), Some((2, 3)));
        assert_eq!(extent(usize::MAX, 3, 1, 1, 1, 1, Rounding::Floor), None);
        assert_eq!(extent(5, 3, 0, 1, 1, 1, Rounding::Floor), None);
    }
}
