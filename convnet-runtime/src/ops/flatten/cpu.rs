//! Flattening on the CPU. Feature `(c H + y) W + x` is channel c at (y, x).

use super::Stage;
use crate::cpu::map::{Buffer, Gradient, LANES};
use crate::cpu::run::Run;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Cut, Job, Part, Source, put};

/// Fills `stage.output`.
pub fn forward(stage: &Stage, run: &mut Run<'_>) {
    let ([x], y) = run.volumes([&stage.input], &stage.output);
    y.each(Cut::Rows, &Forward { x });
}

/// The gradient of the input.
pub fn backward(_: &Stage, output_gradient: &Buffer, input_gradient: &Gradient, run: &mut Run<'_>) {
    let ([dy], dx) = run.volumes([output_gradient], input_gradient);
    dx.each(Cut::Rows, &Backward { dy });
}

struct Forward<'a> {
    x: Source<'a>,
}

impl Job for Forward<'_> {
    fn cost(&self) -> usize {
        4
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, _) = part.place();
        let map = self.x.map();
        let mut features = [0.0; LANES];
        let i = block * LANES;
        let (mut c, mut y, mut x) = (i / (map.height * map.width), i / map.width % map.height, i % map.width);
        for feature in features.iter_mut().take(part.depth(block)) {
            *feature = self.x.vectors(part.sample, c / LANES, y)[x][c % LANES];
            x += 1;
            if x == map.width {
                (x, y) = (0, y + 1);
            }
            if y == map.height {
                (y, c) = (0, c + 1);
            }
        }
        s.store(&mut part.vectors(block, 0)[0], s.load(&features));
    }
}

struct Backward<'a> {
    dy: Source<'a>,
}

impl Job for Backward<'_> {
    fn cost(&self) -> usize {
        4
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, y) = part.place();
        let (height, width) = (part.map().height, part.map().width);
        let (n, depth, accumulate) = (part.sample, part.depth(block), part.accumulate);
        for (x, dx) in part.vectors(block, y).iter_mut().enumerate() {
            let mut gradient = [0.0; LANES];
            for (lane, gradient) in gradient.iter_mut().enumerate().take(depth) {
                let i = ((block * LANES + lane) * height + y) * width + x;
                *gradient = self.dy.vectors(n, i / LANES, 0)[0][i % LANES];
            }
            put(s, accumulate, dx, s.load(&gradient));
        }
    }
}
