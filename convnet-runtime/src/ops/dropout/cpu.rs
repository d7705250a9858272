//! Dropout on the CPU.

use super::{Mask, Stage};
use crate::cpu::map::{Buffer, Gradient, LANES};
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source, put};

/// Fills `stage.output`.
pub fn forward_train(stage: &Stage, run: &mut Run<'_>) {
    apply(stage, &stage.input, &Gradient::from(&stage.output), run);
}

/// The gradient of the input: the same elements survive.
pub fn backward(stage: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, run: &mut Run<'_>) {
    apply(stage, output_gradient, input_gradient, run);
}

fn apply(stage: &Stage, from: &Buffer, to: &Gradient, run: &mut Run<'_>) {
    let mask = Mask::new(run.seed, stage.layer, stage.p);
    let first = run.first;
    let ([x], y) = run.volumes([from], to);
    y.each(Cut::Rows, &Dropout { x, mask, first, scale: 1.0 / (1.0 - stage.p) });
}

struct Dropout<'a> {
    x: Source<'a>,
    mask: Mask,
    /// The first sample's number in the batch.
    first: usize,
    scale: f32,
}

impl Job for Dropout<'_> {
    fn cost(&self) -> usize {
        8
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, row) = part.place();
        let &crate::cpu::map::Map { channels, height, width, .. } = part.map();
        let (n, accumulate) = (part.sample, part.accumulate);
        // The number of lane 0 in NCHW order; the next lane's is a plane further.
        let first = (((self.first + n) * channels + block * LANES) * height + row) * width;
        for (position, (y, x)) in part.vectors(block, row).iter_mut().zip(self.x.vectors(n, block, row)).enumerate() {
            let mut survivors = 0;
            for lane in 0..LANES {
                let survives = self.mask.survives((first + lane * height * width + position) as u64);
                survivors |= u16::from(survives) << lane;
            }
            let v = s.mul(s.load(x), s.splat(self.scale));
            put(s, accumulate, y, s.select(s.mask(survivors), v, s.zero()));
        }
    }
}
