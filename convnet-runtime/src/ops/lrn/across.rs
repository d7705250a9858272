//! Normalisation across channels. A position's channels are laid behind each other with zeros on both sides, so that the
//! windows of 16 channels are vectors at 16 successive places.

use super::Rule;
use super::cpu::Scratch;
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Job, Part, Source, put};

/// Positions at a time: far enough apart that what is stored has arrived when it is loaded.
const POSITIONS: usize = 8;

pub(super) struct Forward<'a> {
    pub(super) x: Source<'a>,
    pub(super) rule: Rule,
}

impl Job for Forward<'_> {
    fn cost(&self) -> usize {
        self.rule.n
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (n, row) = (part.sample, part.rows().start);
        let line = Line::new(&self.rule, part.blocks().len());
        let mut scratch = Scratch::take(POSITIONS * line.len);
        let squares = &mut scratch.0[..POSITIONS * line.len];
        squares.fill(0.0);
        for start in (0..part.map().width).step_by(POSITIONS) {
            let positions = start..(start + POSITIONS).min(part.map().width);
            line.each(part, positions.clone(), |_, block, x, at| {
                let x = s.load(&self.x.vectors(n, block, row)[x]);
                store(s, squares, at, s.mul(x, x));
            });
            line.each(part, positions, |part, block, position, at| {
                let power = self.rule.power(s, self.rule.scale(s, line.window(s, squares, at)));
                let x = s.load(&self.x.vectors(n, block, row)[position]);
                let y = s.first(part.depth(block), s.mul(x, power));
                s.store(&mut part.vectors(block, row)[position], y);
            });
        }
    }
}

pub(super) struct Backward<'a> {
    pub(super) x: Source<'a>,
    pub(super) dy: Source<'a>,
    pub(super) rule: Rule,
}

impl Job for Backward<'_> {
    fn cost(&self) -> usize {
        3 * self.rule.n
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (n, row, accumulate) = (part.sample, part.rows().start, part.accumulate);
        let line = Line::new(&self.rule, part.blocks().len());
        let weight = s.splat(self.rule.gradient_weight());
        let mut scratch = Scratch::take(3 * POSITIONS * line.len);
        let all = &mut scratch.0[..3 * POSITIONS * line.len];
        all.fill(0.0);
        let (squares, more) = all.split_at_mut(POSITIONS * line.len);
        let (terms, powers) = more.split_at_mut(POSITIONS * line.len);
        for start in (0..part.map().width).step_by(POSITIONS) {
            let positions = start..(start + POSITIONS).min(part.map().width);
            line.each(part, positions.clone(), |_, block, x, at| {
                let x = s.load(self.x.vector([n, block, row, x]));
                store(s, squares, at, s.mul(x, x));
            });
            line.each(part, positions.clone(), |part, block, x, at| {
                let scale = self.rule.scale(s, line.window(s, squares, at));
                let power = self.rule.power(s, scale);
                let [x, dy] = [&self.x, &self.dy].map(|from| from.vector([n, block, row, x]));
                let product = s.mul(s.load(dy), s.load(x));
                store(s, powers, at, power);
                store(s, terms, at, s.first(part.depth(block), s.div(s.mul(product, power), scale)));
            });
            line.each(part, positions, |part, block, position, at| {
                let [x, dy] = [&self.x, &self.dy].map(|from| from.vector([n, block, row, position]));
                let (x, dy) = (s.load(x), s.load(dy));
                let sum = line.window(s, terms, at);
                let direct = s.mul(dy, load(s, powers, at));
                let dx = s.first(part.depth(block), s.fnma(s.mul(weight, x), sum, direct));
                put(s, accumulate, &mut part.vectors(block, row)[position], dx);
            });
        }
    }
}

/// The channels of one position: zeros, the channels, zeros.
#[derive(Clone, Copy)]
struct Line {
    n: usize,
    len: usize,
}

impl Line {
    #[inline(always)]
    fn new(rule: &Rule, blocks: usize) -> Self {
        Self { n: rule.n, len: blocks * LANES + rule.n - 1 }
    }

    /// Calls `f(part, block, x, where the block's vector lies)` for some positions.
    #[inline(always)]
    fn each<'a>(
        self,
        part: &mut Part<'a>,
        positions: std::ops::Range<usize>,
        mut f: impl FnMut(&mut Part<'a>, usize, usize, usize),
    ) {
        for block in part.blocks() {
            for (i, x) in positions.clone().enumerate() {
                f(part, block, x, i * self.len + self.n / 2 + block * LANES);
            }
        }
    }

    /// The sum over the channels around each of the 16 at `at`.
    #[inline(always)]
    fn window<S: Simd>(self, s: S, values: &[f32], at: usize) -> S::V {
        let values = &values[at - self.n / 2..][..LANES + self.n - 1];
        values.array_windows().fold(s.zero(), |sum, v| s.add(sum, s.load(v)))
    }
}

/// The 16 channels at `at`.
#[inline(always)]
fn load<S: Simd>(s: S, values: &[f32], at: usize) -> S::V {
    s.load_part(&values[at..at + LANES])
}

#[inline(always)]
fn store<S: Simd>(s: S, values: &mut [f32], at: usize, v: S::V) {
    s.store_part(&mut values[at..at + LANES], v);
}
