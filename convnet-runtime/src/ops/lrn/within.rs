//! Normalisation over the positions around each one, in its own channel.

use std::ops::Range;

use super::Rule;
use super::cpu::Scratch;
use crate::cpu::map::LANES;
use crate::cpu::simd::Simd;
use crate::cpu::volumes::{Job, Part, Source, put};

pub(super) struct Forward<'a> {
    pub(super) x: Source<'a>,
    pub(super) rule: Rule,
}

impl Job for Forward<'_> {
    fn cost(&self) -> usize {
        self.rule.count()
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (block, row) = part.place();
        let (n, depth) = (part.sample, part.depth(block));
        for (position, y) in part.vectors(block, row).iter_mut().enumerate() {
            let scale = scale(s, &self.rule, &self.x, [n, block, row, position]);
            let x = s.load(&self.x.vectors(n, block, row)[position]);
            s.store(y, s.first(depth, s.mul(x, self.rule.power(s, scale))));
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
        3 * self.rule.count()
    }

    #[inline(always)]
    fn run<S: Simd>(&self, s: S, part: &mut Part<'_>) {
        let (n, block, accumulate) = (part.sample, part.blocks().start, part.accumulate);
        let (height, width) = (part.map().height, part.map().width);
        let mut scratch = Scratch::take(2 * height * width * LANES);
        let (terms, more) = scratch.0.as_chunks_mut::<LANES>().0.split_at_mut(height * width);
        let powers = &mut more[..height * width];
        for y in 0..height {
            for x in 0..width {
                let scale = scale(s, &self.rule, &self.x, [n, block, y, x]);
                let power = self.rule.power(s, scale);
                let [x_at, dy] = [&self.x, &self.dy].map(|from| from.vector([n, block, y, x]));
                let product = s.mul(s.load(dy), s.load(x_at));
                s.store(&mut powers[y * width + x], power);
                s.store(&mut terms[y * width + x], s.div(s.mul(product, power), scale));
            }
        }
        let weight = s.splat(self.rule.gradient_weight());
        let depth = part.depth(block);
        for y in 0..height {
            for x in 0..width {
                let mut sum = s.zero();
                for row in around(&self.rule, y, height) {
                    let columns = around(&self.rule, x, width);
                    for term in &terms[row * width + columns.start..row * width + columns.end] {
                        sum = s.add(sum, s.load(term));
                    }
                }
                let [x_at, dy] = [&self.x, &self.dy].map(|from| from.vector([n, block, y, x]));
                let direct = s.mul(s.load(dy), s.load(&powers[y * width + x]));
                let dx = s.first(depth, s.fnma(s.mul(weight, s.load(x_at)), sum, direct));
                put(s, accumulate, &mut part.vectors(block, y)[x], dx);
            }
        }
    }
}

/// `k + alpha / n^2 * sum x^2` at one place.
#[inline(always)]
fn scale<S: Simd>(s: S, rule: &Rule, x: &Source<'_>, [n, block, row, position]: [usize; 4]) -> S::V {
    let mut sum = s.zero();
    for y in around(rule, row, x.map().height) {
        for x in &x.vectors(n, block, y)[around(rule, position, x.map().width)] {
            let x = s.load(x);
            sum = s.fma(x, x, sum);
        }
    }
    rule.scale(s, sum)
}

/// The positions in the window around `at`, of `len`.
#[inline(always)]
fn around(rule: &Rule, at: usize, len: usize) -> Range<usize> {
    at.saturating_sub(rule.n / 2)..(at + rule.n / 2 + 1).min(len)
}
