//! A network on a device, without its type: kernels, memory and the graphs of its passes. It grows to the largest batch
//! that it has seen; with one that it has seen nothing is allocated, and nothing waits inside a pass.

mod record;

use std::collections::BTreeMap;
use std::time::Instant;

use super::device::Device;
use super::driver::{Graph, Kernel, Memory, Module, Stream};
use super::error::DeviceError;
use super::lane::{Lane, Numbers, Rest};
use super::launch::{KernelTime, Launch, Launches};
use super::parameters::Parameters;
use super::source;
use record::{Way, all};

/// The kernels that surround a network's own.
const STEP: &str = include_str!("../step.cu");

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
        let mut engine = Self {
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
        };
        engine.pack()?;
        Ok(engine)
    }

    /// Packs the weights that came from the host.
    fn pack(&mut self) -> Result<(), DeviceError> {
        let launches = self.module.launches(1).pack;
        self.load(&launches)?;
        self.launch_all(&launches, Way { lane: &self.lanes[0], batch: 0 })?;
        self.stream.finish()
    }

    /// Loads kernels that are not loaded yet.
    fn load<'a>(&mut self, launches: impl IntoIterator<Item = &'a Launch>) -> Result<(), DeviceError> {
        for launch in launches {
            if !self.kernels.contains_key(&launch.kernel) {
                self.kernels.insert(launch.kernel.clone(), self.cubin.kernel(&launch.kernel, launch.shared)?);
            }
        }
        Ok(())
    }

    /// Values of one sample in all volumes of a list.
    pub fn values(extents: &[Extent]) -> usize {
        extents.iter().map(|[pixels, channels]| pixels * channels).sum()
    }

    /// Makes everything ready for a pass: memory, kernels, the graph, whose place it gives.
    fn prepare(&mut self, pass: Pass, batch: usize, lane: usize) -> Result<usize, DeviceError> {
        let plan = self.plan(batch);
        let launches = &self.plans[plan].1;
        let bytes = if pass == Pass::Infer { launches.arena } else { launches.training_arena };
        let logits = Self::values(&self.extents.logits) * batch;
        let targets = if pass == Pass::Train(HeadLoss::MeanSquared) { 4 * logits } else { 0 };
        let words = Self::values(&[self.extents.input]) * batch + if pass == Pass::Infer { 0 } else { logits };
        let results = if pass == Pass::Infer { Self::values(&self.extents.outputs) * batch } else { logits };
        // Kernels count in 32 bits.
        if words.max(results) > u32::MAX as usize {
            return Err(DeviceError::OutOfMemory { bytes: 4 * words.max(results) });
        }
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
        self.graph(pass, batch, lane, plan)
    }

    /// Sends a batch and runs a pass on it; does not wait for its end, but for that of what the lane did before.
    pub fn begin(
        &mut self,
        pass: Pass,
        batch: usize,
        lane: usize,
        numbers: &Numbers,
        values: &[f32],
        rest: Rest<'_>,
    ) -> Result<(), DeviceError> {
        let graph = self.prepare(pass, batch, lane)?;
        self.lanes[lane].send(numbers, values, rest, [&self.uploads, &self.stream])?;
        self.stream.run(&self.graphs[graph].3)?;
        self.lanes[lane].done.record(&self.stream)
    }

    /// Waits until the device has nothing to do.
    pub fn finish(&self) -> Result<(), DeviceError> {
        self.uploads.finish()?;
        self.stream.finish()
    }

    /// Runs a pass on a batch and waits for its end. A training step moves no parameter: the rate is 0.
    fn pass(&mut self, pass: Pass, batch: usize, values: &[f32]) -> Result<(), DeviceError> {
        let labels = vec![0; self.extents.logits.iter().map(|[pixels, _]| pixels * batch).sum()];
        let (lane, rest) = if pass == Pass::Infer { (TRAINING_LANES, Rest::None) } else { (0, Rest::Labels(&labels)) };
        let numbers = Numbers { momentum: 0.9, decay: 5e-4, ..Numbers::default() };
        self.begin(pass, batch, lane, &numbers, values, rest)?;
        self.finish()
    }

    /// Milliseconds of a pass, run again and again on a batch that is on the device.
    pub fn time(&mut self, pass: Pass, batch: usize, values: &[f32]) -> Result<f64, DeviceError> {
        self.pass(pass, batch, values)?;
        let lane = if pass == Pass::Infer { TRAINING_LANES } else { 0 };
        let graph = self.prepare(pass, batch, lane)?;
        repeat(&self.stream, 100.0, || self.stream.run(&self.graphs[graph].3))
    }

    /// How long each kernel of a step takes, run again and again on what a step has left. What it computes is of no use
    /// afterwards.
    pub fn profile(&mut self, batch: usize, values: &[f32]) -> Result<Vec<KernelTime>, DeviceError> {
        self.pass(Pass::Train(HeadLoss::CrossEntropy), batch, values)?;
        let plan = self.plan(batch);
        let launches = self.plans[plan].1.clone();
        let way = Way { lane: &self.lanes[0], batch: Self::values(&[self.extents.input]) * batch };
        let mut times = Vec::new();
        for launch in launches.forward.iter().chain(&launches.backward).chain(&launches.update) {
            let one = std::slice::from_ref(launch);
            // A network of many kernels is done within seconds.
            let milliseconds = repeat(&self.stream, 10.0, || self.launch_all(one, way))?;
            let &Launch { products, layer, .. } = launch;
            times.push(KernelTime { kernel: launch.kernel.clone(), layer, milliseconds, products });
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
        self.load(all(&launches, pass))?;
        for name in ["to_volume", "to_pixels", "judge", "restore"] {
            if !self.kernels.contains_key(name) {
                self.kernels.insert(name.to_owned(), self.cubin.kernel(name, 0)?);
            }
        }
        let graph = self.stream.capture(|| self.record(pass, batch, lane, &launches))?;
        self.graphs.push((pass, batch, lane, graph));
        Ok(self.graphs.len() - 1)
    }

    /// The running statistics are as before the last step.
    pub fn undo(&self) -> Result<(), DeviceError> {
        let (values, statistics) = self.parameters.statistics();
        self.stream.copy(&self.kept, 0, values, statistics.start, statistics.len())
    }
}

/// Milliseconds of what `f` enqueues, by the mean over about so many of them, after a few times that do not count.
fn repeat(stream: &Stream, milliseconds: f64, f: impl Fn() -> Result<(), DeviceError>) -> Result<f64, DeviceError> {
    let time = |count: u32| {
        let begun = Instant::now();
        (0..count).try_for_each(|_| f())?;
        stream.finish()?;
        Ok::<f64, DeviceError>(begun.elapsed().as_secs_f64() * 1e3 / f64::from(count))
    };
    time(1)?;
    let count = (milliseconds / time(2)?.max(1e-3)).clamp(1.0, 2000.0) as u32;
    time(count)
}

impl Drop for Engine {
    /// Memory goes before the streams: nothing may be on its way to it or from it any more.
    fn drop(&mut self) {
        let _ = self.finish();
    }
}
