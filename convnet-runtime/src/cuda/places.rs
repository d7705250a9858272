//! Where parameters lie: those that are trained first, so that gradients and the optimizer's memory have the same places, and of
//! these those that decay, so that one kernel moves all.

use std::ops::Range;

/// Parameters begin at multiples of this many bytes.
const ALIGN: usize = 256;

/// What happens to a parameter, in the order in which they lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The optimizer moves it, and it decays.
    Decays,
    /// The optimizer moves it.
    Trained,
    /// It stays.
    Frozen,
    /// A running statistic, which forward moves.
    Statistic,
}

/// A parameter on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParameterSpec {
    /// Values, `f32` each, in the order of weight files.
    pub len: usize,
    /// What happens to it.
    pub kind: Kind,
}

/// The places of all parameters, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Of each, in visiting order.
    pub all: Vec<Range<usize>>,
    /// Where the last ends of those that decay, of all that are trained, of all that are no statistics, and of all.
    ends: [usize; 4],
}

impl Places {
    pub fn new(specs: &[ParameterSpec]) -> Self {
        let (mut all, mut ends, mut end) = (vec![0..0; specs.len()], [0; 4], 0);
        for (kind, kind_end) in [Kind::Decays, Kind::Trained, Kind::Frozen, Kind::Statistic].into_iter().zip(&mut ends)
        {
            for (place, spec) in all.iter_mut().zip(specs).filter(|(_, spec)| spec.kind == kind) {
                *place = end..end + spec.len * size_of::<f32>();
                end = place.end.next_multiple_of(ALIGN);
            }
            *kind_end = end;
        }
        Self { all, ends }
    }

    /// Bytes of those that decay, which come first.
    pub fn decaying(&self) -> usize {
        self.ends[0]
    }

    /// Bytes of those that are trained.
    pub fn trained(&self) -> usize {
        self.ends[1]
    }

    /// The running statistics.
    pub fn statistics(&self) -> Range<usize> {
        self.ends[2]..self.ends[3]
    }

    /// Bytes of all.
    pub fn end(&self) -> usize {
        self.ends[3]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_lie_together() {
        let spec = |len, kind| ParameterSpec { len, kind };
        let specs = [
            spec(3, Kind::Statistic),
            spec(65, Kind::Trained),
            spec(10, Kind::Decays),
            spec(4, Kind::Frozen),
            spec(64, Kind::Decays),
        ];
        let places = Places::new(&specs);
        assert_eq!(places.all, [1280..1292, 512..772, 0..40, 1024..1040, 256..512]);
        assert_eq!(
            (places.decaying(), places.trained(), places.statistics(), places.end()),
            (512, 1024, 1280..1536, 1536)
        );
    }
}
