//! What a pass enqueues: its launches with their arguments as addresses, and what surrounds them.

use super::{Engine, Extent, HeadLoss, Pass};
use crate::cuda::driver::{Encoded, Memory};
use crate::cuda::error::DeviceError;
use crate::cuda::lane::{Lane, Word};
use crate::cuda::launch::{Argument, Launch, Launches};

/// A lane while a pass is recorded.
#[derive(Clone, Copy)]
pub(super) struct Way<'a> {
    pub lane: &'a Lane,
    /// Words of the batch: labels and targets come behind them.
    pub batch: usize,
}

impl Engine {
    pub(super) fn record(&self, pass: Pass, batch: usize, lane: usize, launches: &Launches) -> Result<(), DeviceError> {
        let Some(arena) = &self.arena else { return Ok(()) };
        let images = Self::values(&[self.extents.input]) * batch;
        let way = Way { lane: &self.lanes[lane], batch: images };
        let bring =
            |place: usize| self.to_volume(way.lane.address(Word::Batch(0)), arena.at(place), self.extents.input, batch);
        match pass {
            Pass::Infer => {
                bring(launches.input)?;
                self.launch_all(&launches.infer, way)?;
                self.take(way, arena, &launches.output, &self.extents.outputs, batch)?;
            }
            Pass::Forward => {
                self.keep_statistics()?;
                bring(launches.training_input)?;
                self.launch_all(&launches.forward, way)?;
                self.take(way, arena, &launches.logits, &self.extents.logits, batch)?;
            }
            Pass::Train(loss) => {
                self.keep_statistics()?;
                bring(launches.training_input)?;
                self.launch_all(&launches.forward, way)?;
                let losses = match loss {
                    HeadLoss::CrossEntropy => &launches.cross_entropy,
                    HeadLoss::MeanSquared => &launches.mean_squared,
                };
                if let (HeadLoss::MeanSquared, Some(targets)) = (loss, &self.targets) {
                    self.each_logits(batch, |offset, extent| {
                        let from = way.lane.address(Word::Batch(images + offset));
                        self.to_pixels(from, targets.at(4 * offset), extent, batch)
                    })?;
                }
                for head in losses {
                    self.launch_all(head, way)?;
                }
                self.move_parameters(way, launches)?;
            }
            Pass::Backward => {
                let places = launches.gradient.iter();
                let mut places = places.map(|&place| arena.at(place));
                self.each_logits(batch, |offset, extent| {
                    let from = way.lane.address(Word::Batch(offset));
                    places.next().map_or(Ok(()), |to| self.to_pixels(from, to, extent, batch))
                })?;
                self.move_parameters(way, launches)?;
            }
        }
        Ok(())
    }

    /// Backward, and the optimizer's step if nothing has gone wrong.
    fn move_parameters(&self, way: Way<'_>, launches: &Launches) -> Result<(), DeviceError> {
        self.launch_all(&launches.backward, way)?;
        let ((gradients, count), heads) = (self.parameters.all_gradients(), self.extents.logits.len());
        let (losses, failed) = (way.lane.address(Word::Loss(0)), way.lane.address(Word::Failed));
        let arguments = [gradients, losses, failed, count as u64, heads as u64];
        self.launch("judge", count.max(heads).min(1 << 19), &arguments)?;
        self.launch_all(&launches.update, way)?;
        let (values, statistics) = self.parameters.statistics();
        if !statistics.is_empty() {
            let count = statistics.len() / size_of::<f32>();
            let arguments = [failed, self.kept.at(0), values.at(statistics.start), count as u64];
            self.launch("restore", count, &arguments)?;
        }
        way.lane.return_numbers(&self.stream)
    }

    fn keep_statistics(&self) -> Result<(), DeviceError> {
        let (values, statistics) = self.parameters.statistics();
        self.stream.copy(values, statistics.start, &self.kept, 0, statistics.len())
    }

    /// Calls `f` with the offset of each head's values among those of all and its extent.
    fn each_logits(
        &self,
        batch: usize,
        mut f: impl FnMut(usize, Extent) -> Result<(), DeviceError>,
    ) -> Result<(), DeviceError> {
        let mut offset = 0;
        for &extent in &self.extents.logits {
            f(offset, extent)?;
            offset += Self::values(&[extent]) * batch;
        }
        Ok(())
    }

    /// Enqueues the copies of volumes to the lane's results, dense and one after the other.
    fn take(
        &self,
        way: Way<'_>,
        arena: &Memory,
        places: &[usize],
        extents: &[Extent],
        batch: usize,
    ) -> Result<(), DeviceError> {
        let mut offset = 0;
        for (&place, &extent) in places.iter().zip(extents) {
            let words = Self::values(&[extent]) * batch;
            way.lane.return_words(&self.stream, arena, place, offset, words)?;
            offset += words;
        }
        Ok(())
    }

    fn to_volume(&self, from: u64, to: u64, extent: Extent, batch: usize) -> Result<(), DeviceError> {
        self.transpose("to_volume", from, to, extent, batch)
    }

    fn to_pixels(&self, from: u64, to: u64, extent: Extent, batch: usize) -> Result<(), DeviceError> {
        self.transpose("to_pixels", from, to, extent, batch)
    }

    fn transpose(
        &self,
        name: &str,
        from: u64,
        to: u64,
        [pixels, channels]: Extent,
        batch: usize,
    ) -> Result<(), DeviceError> {
        let count = pixels * channels * batch;
        self.launch(name, count, &[from, to, channels as u64, pixels as u64, count as u64])
    }

    /// Launches one of the surrounding kernels, a thread for each of `count` elements.
    fn launch(&self, name: &str, count: usize, arguments: &[u64]) -> Result<(), DeviceError> {
        const THREADS: u32 = 256;
        let grid = [(count as u32).div_ceil(THREADS).max(1), 1, 1];
        let Some(&kernel) = self.kernels.get(name) else { return Ok(()) };
        self.stream.launch(kernel, [grid, [THREADS, 1, 1]], 0, &[], arguments)
    }

    pub(super) fn launch_all(&self, launches: &[Launch], way: Way<'_>) -> Result<(), DeviceError> {
        let mut arguments = Vec::new();
        for launch in launches {
            arguments.clear();
            arguments.extend(launch.arguments.iter().map(|argument| self.resolve(*argument, way)));
            let maps = launch.maps.iter().map(|map| Encoded::new(map, self.resolve(map.base, way)));
            let maps: Vec<Encoded> = maps.collect::<Result<_, _>>()?;
            let Some(&kernel) = self.kernels.get(&launch.kernel) else { continue };
            let [mut across, down, deep] = launch.grid;
            if !maps.is_empty() {
                // A multiprocessor has room for one block: others would begin when the first have done their share.
                across = across.min(self.device.processors().max(1));
            }
            self.stream.launch(kernel, [[across, down, deep], launch.block], launch.shared, &maps, &arguments)?;
        }
        Ok(())
    }

    fn resolve(&self, argument: Argument, way: Way<'_>) -> u64 {
        match argument {
            Argument::Arena(place) => self.arena.as_ref().map_or(0, |arena| arena.at(place)),
            Argument::Parameter(index) => self.parameters.value(index),
            Argument::Gradient(index) => self.parameters.gradient(index),
            Argument::Parameters => self.parameters.addresses()[0],
            Argument::Gradients => self.parameters.addresses()[1],
            Argument::States => self.parameters.addresses()[2],
            Argument::Packed(place) => self.parameters.packed(place),
            Argument::U32(number) => u64::from(number),
            Argument::Seed => way.lane.address(Word::Seed),
            Argument::Rate => way.lane.address(Word::Rate),
            Argument::Momentum => way.lane.address(Word::Momentum),
            Argument::Nesterov => way.lane.address(Word::Nesterov),
            Argument::Decay => way.lane.address(Word::Decay),
            Argument::LossScale => way.lane.address(Word::LossScale),
            Argument::Failed => way.lane.address(Word::Failed),
            Argument::Loss(head) => way.lane.address(Word::Loss(head)),
            // A loss on the device is that of the only head.
            Argument::Labels(_) => way.lane.address(Word::Batch(way.batch)),
            Argument::Targets(_) => self.targets.as_ref().map_or(0, |targets| targets.at(0)),
        }
    }
}

/// All launches of a pass.
pub(super) fn all(launches: &Launches, pass: Pass) -> Vec<&Launch> {
    let lists: Vec<&[Launch]> = match pass {
        Pass::Infer => vec![&launches.infer],
        Pass::Forward => vec![&launches.forward],
        Pass::Backward => vec![&launches.backward, &launches.update],
        Pass::Train(loss) => {
            let losses = match loss {
                HeadLoss::CrossEntropy => &launches.cross_entropy,
                HeadLoss::MeanSquared => &launches.mean_squared,
            };
            let mut lists: Vec<&[Launch]> = losses.iter().map(|head| &head[..]).collect();
            lists.extend([&launches.forward[..], &launches.backward, &launches.update]);
            lists
        }
    };
    lists.into_iter().flatten().collect()
}
