//! Copies between any two layouts; also what concatenation and widening are made of.

use super::Stage;
use crate::cpu::map::{Buffer, Gradient, LANES, Layout};
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source, Target, put};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, run: &mut Run<'_>) {
    let (from, to) = (&stage.input, &stage.output);
    let ([x], y) = run.volumes([from], to);
    copy(x, y, Channels::all(from), Rest::Clear);
}

/// The gradient of the input.
pub fn backward(_: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, run: &mut Run<'_>) {
    let ([dy], dx) = run.volumes([output_gradient], input_gradient);
    copy(dy, dx, Channels::all(output_gradient), Rest::Clear);
}

/// Which channels to copy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Channels {
    /// The first in the source.
    pub(crate) from: usize,
    /// The first in the target.
    pub(crate) to: usize,
    /// How many.
    pub(crate) count: usize,
}

impl Channels {
    /// All of a volume.
    pub(crate) const fn all(buffer: &Buffer) -> Self {
        Self { from: 0, to: 0, count: buffer.map.channels }
    }
}

/// What becomes of the target's other channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rest {
    /// They become zero.
    Clear,
    /// They stay, but for those behind the copied ones in a block that these begin.
    Keep,
}

/// Copies channels, or adds them if that is what the target wants: nothing else is changed then.
pub(crate) fn copy(x: Source<'_>, y: Target<'_>, channels: Channels, rest: Rest) {
    let Channels { from, to, count } = channels;
    assert_eq!((x.map().height, x.map().width), (y.map().height, y.map().width), "a copy keeps height and width");
    assert!(from + count <= x.map().channels && to + count <= y.map().channels, "a copy keeps within its volumes");
    let lanes = y.map().lanes();
    let touched = to / lanes..(to + count).div_ceil(lanes);
    let blocks = if rest == Rest::Clear { 0..y.map().own_blocks() } else { touched };
    y.each_of(blocks, Cut::Rows, &Copy { x, channels, rest });
}

struct Copy<'a> {
    x: Source<'a>,
    channels: Channels,
    rest: Rest,
}

impl Job for Copy<'_> {
    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let Channels { from, to, count } = self.channels;
        let (block, y) = part.place();
        let (n, accumulate) = (part.sample, part.accumulate);
        let (lanes, source_lanes) = (part.map().lanes(), self.x.map().lanes());
        let start = block * lanes;
        let (first, last) = (start.max(to), (start + lanes).min(to + count));

        let blocked = part.map().layout == Layout::Blocked && self.x.map().layout == Layout::Blocked;
        if blocked && first == start && first < last && (from + start - to).is_multiple_of(LANES) {
            let x = self.x.vectors(n, (from + start - to) / LANES, y);
            for (y, x) in part.vectors(block, y).iter_mut().zip(x) {
                put(s, accumulate, y, s.first(last - first, s.load(x)));
            }
            return;
        }

        let row = part.row(block, y);
        if lanes == 1 && source_lanes == 1 && !accumulate && first < last {
            row.copy_from_slice(self.x.row(n, from + first - to, y));
            return;
        }
        if !accumulate && (self.rest == Rest::Clear || first == start) {
            row.fill(0.0);
        }
        for c in first..last {
            let source = from + c - to;
            let x = self.x.row(n, source / source_lanes, y)[source % source_lanes..].iter().step_by(source_lanes);
            for (y, &x) in row[c - start..].iter_mut().step_by(lanes).zip(x) {
                *y = if accumulate { *y + x } else { x };
            }
        }
    }
}
