//! A network on a device, without its type: kernels, memory and the graphs of its passes. It grows to the largest batch
//! that it has seen; with one that it has seen nothing is allocated, and nothing waits inside a pass.

use std::collections::BTreeMap;
use std::time::Instant;

use super::device::Device;
use super::driver::{Graph, Kernel, Memory, Module, Stream};
use super::error::DeviceError;
use super::lane::{Lane, Numbers, Rest, Word};
use super::launch::{Argument, Launch, Launches};
use super::parameters::Parameters;
use super::source;

/// The kernels that surround a network's own.
const STEP: &str = include_str!("step.cu");

/// The source of a network's kernels, complete.
pub fn text(module: &source::Module) -> String {
    format!("{}{STEP}", module.source)
}

/// What is recorded as one graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// From the input to the outputs.
    Infer,
    /// A whole step of training with a loss on the device.
    Train(HeadLoss),
    /// From the input to the logits, which the host takes.
    Forward,
    /// From the gradients of the logits, which the host gives, to moved parameters.
    Backward,
}

/// A loss that the device computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadLoss {
    CrossEntropy,
    MeanSquared,
}

/// `[pixels, channels]` of a dense volume.
pub type Extent = [usize; 2];

/// Volumes that come in and go out.
#[derive(Clone, Debug)]
pub struct Extents {
    pub input: Extent,
    pub outputs: Vec<Extent>,
    pub logits: Vec<Extent>,
}

/// A lane while a pass is recorded.
#[derive(Clone, Copy)]
struct Way<'a> {
    lane: &'a Lane,
    /// Words of the batch: labels and targets come behind them.
    batch: usize,
}

/// Lanes that training takes turns with; one more is for inference.
pub const TRAINING_LANES: usize = 2;

pub struct Engine {
    graphs: Vec<(Pass, usize, usize, Graph)>,
    plans: Vec<(usize, Launches)>,
    pub lanes: Vec<Lane>,
    pub stream: Stream,
    pub uploads: Stream,
    arena: Option<Memory>,
    /// Targets as the kernels read them.
    targets: Option<Memory>,
    /// The running statistics before a step.
    kept: Memory,
    pub parameters: Parameters,
    /// The lane of the next step, and the step whose verdict each lane still has.
    pub turn: usize,
    pub pending: [Option<u64>; TRAINING_LANES],
    kernels: BTreeMap<String, Kernel>,
    cubin: Module,
    module: source::Module,
    pub extents: Extents,
    pub device: Device,
}

impl Engine {
    pub fn new(
        module: source::Module,
        cubin: Module,
        parameters: Parameters,
        extents: Extents,
        device: &Device,
    ) -> Result<Self, DeviceError> {
        let heads = extents.logits.len();
        let lanes = (0..=TRAINING_LANES).map(|_| Lane::new(device, heads)).collect::<Result<_, _>>()?;
        let stream = || Stream::new(device.context());
        Ok(Self {
            graphs: Vec::new(),
            plans: Vec::new(),
            lanes,
            stream: stream()?,
            uploads: stream()?,
            arena: None,
            targets: None,
            kept: Memory::new(device.context(), parameters.statistics().1.len())?,
            parameters,
            turn: 0,
            pending: [None; TRAINING_LANES],
            kernels: BTreeMap::new(),
            cubin,
            module,
            extents,
            device: device.clone(),
        })
    }

    /// Values of one sample in all volumes of a list.
    pub fn values(extents: &[Extent]) -> usize {
        extents.iter().map(|[pixels, channels]| pixels * channels).sum()
    }

    /// Makes everything ready for a pass: after it only the lane is to be filled and the pass to be run.
    pub fn prepare(&mut self, pass: Pass, batch: usize, lane: usize) -> Result<(), DeviceError> {
        let plan = self.plan(batch);
        let launches = &self.plans[plan].1;
        let bytes = if pass == Pass::Infer { launches.arena } else { launches.training_arena };
        let logits = Self::values(&self.extents.logits) * batch;
        let targets = if pass == Pass::Train(HeadLoss::MeanSquared) { 4 * logits } else { 0 };
        let words = Self::values(&[self.extents.input]) * batch + if pass == Pass::Infer { 0 } else { logits };
        let results = if pass == Pass::Infer { Self::values(&self.extents.outputs) * batch } else { logits };
        let small = |memory: &Option<Memory>, bytes: usize| memory.as_ref().is_none_or(|m| m.bytes() < bytes);
        let moves = small(&self.arena, bytes) || small(&self.targets, targets);
        if moves {
            self.finish()?;
            self.graphs.clear();
            for (memory, bytes) in [(&mut self.arena, bytes), (&mut self.targets, targets)] {
                if memory.as_ref().is_none_or(|m| m.bytes() < bytes) {
                    // First away with the old one: there may be no room for both.
                    *memory = None;
                    *memory = Some(Memory::new(self.device.context(), bytes)?);
                }
            }
        }
        self.lanes[lane].done.wait()?;
        if self.lanes[lane].grow(&self.device, words, results)? {
            self.graphs.retain(|(_, _, of, _)| *of != lane);
        }
        self.graph(pass, batch, lane, plan).map(drop)
    }

    /// Runs a pass for which [`prepare`](Self::prepare) has made everything ready, after what the lane has sent.
    pub fn run(&mut self, pass: Pass, batch: usize, lane: usize) -> Result<(), DeviceError> {
        let plan = self.plan(batch);
        let graph = self.graph(pass, batch, lane, plan)?;
        self.stream.run(&self.graphs[graph].3)?;
        self.lanes[lane].done.record(&self.stream)
    }

    /// Fills a lane that is ready and sends it.
    pub fn send(&mut self, lane: usize, numbers: &Numbers, batch: &[f32], rest: Rest<'_>) -> Result<(), DeviceError> {
        self.lanes[lane].send(numbers, batch, rest, [&self.uploads, &self.stream])
    }

    /// Waits until the device has nothing to do.
    pub fn finish(&self) -> Result<(), DeviceError> {
        self.uploads.finish()?;
        self.stream.finish()
    }

    /// Milliseconds that each kernel of a step takes, run again and again with what the last step has left. What it
    /// computes is of no use afterwards.
    pub fn profile(&mut self, batch: usize) -> Result<Vec<(String, f64)>, DeviceError> {
        let pass = Pass::Train(HeadLoss::CrossEntropy);
        self.prepare(pass, batch, 0)?;
        self.finish()?;
        let plan = self.plan(batch);
        let launches = self.plans[plan].1.clone();
        let way = Way { lane: &self.lanes[0], batch: Self::values(&[self.extents.input]) * batch };
        let mut times = Vec::new();
        for launch in launches.forward.iter().chain(&launches.backward).chain(&launches.update) {
            let one = std::slice::from_ref(launch);
            let time = |count: u32| {
                let begun = Instant::now();
                (0..count).try_for_each(|_| self.launch_all(one, way))?;
                self.stream.finish()?;
                Ok::<f64, DeviceError>(begun.elapsed().as_secs_f64() * 1e3 / f64::from(count))
            };
            time(1)?;
            // About 10 ms each, so that a network of many kernels is done within seconds.
            let count = (10.0 / time(2)?.max(1e-3)).clamp(1.0, 200.0) as u32;
            times.push((launch.kernel.clone(), time(count)?));
        }
        Ok(times)
    }

    fn plan(&mut self, batch: usize) -> usize {
        /// Batch sizes whose launches are kept.
        const MOST: usize = 8;
        self.plans.iter().position(|(of, _)| *of == batch).unwrap_or_else(|| {
            if self.plans.len() >= MOST {
                self.plans.remove(0);
            }
            self.plans.push((batch, self.module.launches(batch)));
            self.plans.len() - 1
        })
    }

    fn graph(&mut self, pass: Pass, batch: usize, lane: usize, plan: usize) -> Result<usize, DeviceError> {
        /// Graphs that are kept.
        const MOST: usize = 24;
        let wanted = (pass, batch, lane);
        if let Some(found) = self.graphs.iter().position(|&(pass, batch, lane, _)| (pass, batch, lane) == wanted) {
            return Ok(found);
        }
        if self.graphs.len() >= MOST {
            self.graphs.remove(0);
        }
        // Kernels are loaded before the recording begins.
        let launches = self.plans[plan].1.clone();
        for launch in all(&launches, pass) {
            if !self.kernels.contains_key(&launch.kernel) {
                self.kernels.insert(launch.kernel.clone(), self.cubin.kernel(&launch.kernel, launch.shared)?);
            }
        }
        for name in ["to_pixels", "judge", "restore"] {
            if !self.kernels.contains_key(name) {
                self.kernels.insert(name.to_owned(), self.cubin.kernel(name, 0)?);
            }
        }
        let graph = self.stream.capture(|| self.record(pass, batch, lane, &launches))?;
        self.graphs.push((pass, batch, lane, graph));
        Ok(self.graphs.len() - 1)
    }

    fn record(&self, pass: Pass, batch: usize, lane: usize, launches: &Launches) -> Result<(), DeviceError> {
        let Some(arena) = &self.arena else { return Ok(()) };
        let images = Self::values(&[self.extents.input]) * batch;
        let way = Way { lane: &self.lanes[lane], batch: images };
        let bring =
            |place: usize| self.to_pixels(way.lane.address(Word::Batch(0)), arena.at(place), self.extents.input, batch);
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

    /// The running statistics are as before the last step.
    pub fn undo(&self) -> Result<(), DeviceError> {
        let (values, statistics) = self.parameters.statistics();
        self.stream.copy(&self.kept, 0, values, statistics.start, statistics.len())
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

    fn to_pixels(&self, from: u64, to: u64, [pixels, channels]: Extent, batch: usize) -> Result<(), DeviceError> {
        let count = pixels * channels * batch;
        self.launch("to_pixels", count, &[from, to, channels as u64, pixels as u64, count as u64])
    }

    /// Launches one of the surrounding kernels, a thread for each of `count` elements.
    fn launch(&self, name: &str, count: usize, arguments: &[u64]) -> Result<(), DeviceError> {
        const THREADS: u32 = 256;
        let grid = [(count as u32).div_ceil(THREADS).max(1), 1, 1];
        let Some(&kernel) = self.kernels.get(name) else { return Ok(()) };
        self.stream.launch(kernel, [grid, [THREADS, 1, 1]], 0, arguments)
    }

    fn launch_all(&self, launches: &[Launch], way: Way<'_>) -> Result<(), DeviceError> {
        let mut arguments = Vec::new();
        for launch in launches {
            arguments.clear();
            arguments.extend(launch.arguments.iter().map(|argument| self.resolve(*argument, way)));
            let Some(&kernel) = self.kernels.get(&launch.kernel) else { continue };
            self.stream.launch(kernel, [launch.grid, launch.block], launch.shared, &arguments)?;
        }
        Ok(())
    }

    fn resolve(&self, argument: Argument, way: Way<'_>) -> u64 {
        match argument {
            Argument::Arena(place) => self.arena.as_ref().map_or(0, |arena| arena.at(place)),
            Argument::Parameter(index) => self.parameters.value(index),
            Argument::Gradient(index) => self.parameters.gradient(index),
            Argument::State(index) => self.parameters.state(index),
            Argument::U32(number) => u64::from(number),
            Argument::F32(number) => u64::from(number.to_bits()),
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
fn all(launches: &Launches, pass: Pass) -> Vec<&Launch> {
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
