//! Which blocks of input channels a block of filters sees, and the reverse.

use super::Geometry;
use crate::cpu::map::LANES;

/// For each block of 16 channels on one side of a convolution, the blocks on the other side that its groups meet:
/// equally many for all, so that packed weights are an array.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Channels on this side.
    from: usize,
    /// Channels on the other.
    to: usize,
    groups: usize,
    /// Blocks on the other side that each block meets.
    pub len: usize,
}

impl Span {
    /// From filters to input channels.
    pub fn forward(geometry: &Geometry) -> Self {
        Self::new(geometry.output[2], geometry.input[2], geometry.groups)
    }

    /// From input channels to filters.
    pub fn transposed(geometry: &Geometry) -> Self {
        Self::new(geometry.input[2], geometry.output[2], geometry.groups)
    }

    fn new(from: usize, to: usize, groups: usize) -> Self {
        let mut span = Self { from, to, groups, len: to.div_ceil(LANES) };
        if groups > 1 {
            let most = (0..from.div_ceil(LANES)).map(|block| span.exact(block).len()).max();
            span.len = most.unwrap_or(0);
        }
        span
    }

    /// The first block that `block` meets.
    #[inline]
    pub fn start(&self, block: usize) -> usize {
        if self.groups == 1 { 0 } else { self.exact(block).start.min(self.to.div_ceil(LANES) - self.len) }
    }

    /// The channels on the other side that belong to the group of a channel on this side.
    #[inline]
    pub fn group(&self, channel: usize) -> std::ops::Range<usize> {
        let group = channel / (self.from / self.groups);
        let size = self.to / self.groups;
        group * size..(group + 1) * size
    }

    /// Channels of a group, on either side, where these are 4 or 8: each block then meets one block.
    pub fn narrow(&self) -> Option<usize> {
        let width = self.from / self.groups;
        (self.from == self.to && (width == 4 || width == 8)).then_some(width)
    }

    fn exact(&self, block: usize) -> std::ops::Range<usize> {
        let last = ((block + 1) * LANES).min(self.from) - 1;
        self.group(block * LANES).start / LANES..self.group(last).end.div_ceil(LANES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_meets_its_groups() {
        for (from, to, groups) in [(48, 20, 1), (256, 96, 2), (30, 42, 6), (64, 64, 32), (20, 20, 20), (24, 90, 3)] {
            let span = Span::new(from, to, groups);
            for block in 0..from.div_ceil(LANES) {
                let (start, end) = (span.start(block), span.start(block) + span.len);
                assert!(end <= to.div_ceil(LANES));
                for channel in block * LANES..((block + 1) * LANES).min(from) {
                    let group = span.group(channel);
                    assert!(start * LANES <= group.start && group.end <= end * LANES, "{from} {to} {groups} {channel}");
                }
            }
        }
        assert_eq!(Span::new(256, 96, 2).len, 3);
        assert_eq!(Span::new(256, 256, 2).len, 8);
    }
}
