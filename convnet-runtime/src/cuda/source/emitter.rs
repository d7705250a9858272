//! Collects kernels and launches while the stages of a network pass by.

// Arguments are optional: one that is missing leaves its parameter out of the kernel.
#![allow(clippy::unnecessary_wraps)]

use std::collections::{BTreeMap, BTreeSet};

use super::kernel::Kernel;
use super::scope::Scope;
use crate::cpu::map::{Buffer, Gradient};
use crate::cuda::launch::{Argument, Launch, Layer, Precision, TensorMap};
use crate::cuda::places::{Kind, ParameterSpec};
use crate::ops::conv::Geometry;
use crate::parameter::Role;
use crate::program::Slots;

/// The templates, by name.
const TEMPLATES: [(&str, &str); 30] = [
    ("activation", include_str!("../../ops/activation/activation.cu")),
    ("add", include_str!("../../ops/add/add.cu")),
    ("bulk", include_str!("bulk.cu")),
    ("bn", include_str!("../../ops/bn/bn.cu")),
    ("conv", include_str!("../../ops/conv/conv.cu")),
    ("conv_wgmma", include_str!("../../ops/conv/conv_wgmma.cu")),
    ("depthwise", include_str!("../../ops/conv/depthwise.cu")),
    ("dropout", include_str!("../../ops/dropout/dropout.cu")),
    ("epilogue", include_str!("../../ops/conv/epilogue.cu")),
    ("flatten", include_str!("../../ops/flatten/flatten.cu")),
    ("gap", include_str!("../../ops/gap/gap.cu")),
    ("loss", include_str!("loss.cu")),
    ("lrn", include_str!("../../ops/lrn/lrn.cu")),
    ("matrix", include_str!("matrix.cu")),
    ("matrix_bf16", include_str!("matrix_bf16.cu")),
    ("matrix_tf32", include_str!("matrix_tf32.cu")),
    ("maxout", include_str!("../../ops/maxout/maxout.cu")),
    ("pool", include_str!("../../ops/pool/pool.cu")),
    ("operands", include_str!("operands.cu")),
    ("pack", include_str!("../../ops/conv/pack.cu")),
    ("product_f32", include_str!("product_f32.cu")),
    ("product_mma", include_str!("product_mma.cu")),
    ("product_wgmma", include_str!("product_wgmma.cu")),
    ("relayout", include_str!("../../ops/relayout/relayout.cu")),
    ("sgd", include_str!("sgd.cu")),
    ("softmax", include_str!("../../ops/softmax/softmax.cu")),
    ("sums", include_str!("sums.cu")),
    ("upsample", include_str!("../../ops/upsample/upsample.cu")),
    ("wgmma", include_str!("wgmma.cu")),
    ("widen", include_str!("../../ops/widen/widen.cu")),
];

/// Blocks that keep the largest devices busy.
pub(crate) const BLOCKS: usize = 264;
/// Places begin at multiples of this many bytes.
const ALIGN: usize = 256;

/// What has been emitted so far.
pub(crate) struct Emitter {
    /// What the kernels compute with.
    pub precision: Precision,
    /// Whether they may use Hopper's matrix units: for `sm_90a`, but in `f32`.
    pub wgmma: bool,
    /// Samples.
    pub batch: usize,
    pub(super) scope: Scope,
    used: Vec<&'static str>,
    kernels: Vec<String>,
    names: BTreeMap<String, String>,
    counts: BTreeMap<&'static str, usize>,
    pub(super) launches: Vec<Launch>,
    /// What the next launches are a part of.
    pub layer: Option<Layer>,
    /// Where the workspace begins, how much of it the stage has taken, and the most that any has.
    workspace: usize,
    taken: usize,
    most: usize,
    trained: BTreeSet<usize>,
    specs: Vec<(usize, Role)>,
    /// Where words lie that are kept beside the volumes, by their place in the plan.
    kept: BTreeMap<usize, usize>,
    /// By parameter.
    packings: BTreeMap<usize, Packing>,
    /// Bytes of all of them.
    pub(super) packed: usize,
    /// Where the present stage leaves its output, dense and in `f32`, because that leaves the network.
    pub(super) outlet: Option<usize>,
}

/// Weights in the orders in which products read them: where they lie among all that are packed.
#[derive(Clone, Copy)]
pub(crate) struct Packing {
    /// A convolution that reads them.
    pub geometry: Geometry,
    /// `[group][tap][filter][channel]`
    pub by_filter: Option<usize>,
    /// `[group][tap][channel][filter]`
    pub by_channel: Option<usize>,
}

impl Emitter {
    pub(super) fn new(scope: Scope, precision: Precision, architecture: &str, batch: usize) -> Self {
        let specs = Slots::new(scope.program.weights).map(|slot| (slot.len, slot.role)).collect();
        Self {
            precision,
            wgmma: precision != Precision::F32 && architecture == "sm_90a",
            batch,
            scope,
            used: Vec::new(),
            kernels: Vec::new(),
            names: BTreeMap::new(),
            counts: BTreeMap::new(),
            launches: Vec::new(),
            layer: None,
            workspace: 0,
            taken: 0,
            most: 0,
            trained: BTreeSet::new(),
            specs,
            kept: BTreeMap::new(),
            packings: BTreeMap::new(),
            packed: 0,
            outlet: None,
        }
    }

    /// Launches a kernel. Parameters are declarations with their arguments; a kernel has only those with one.
    pub fn launch(&mut self, kernel: &Kernel, grid: [usize; 3], parameters: &[(&str, Option<Argument>)]) {
        self.launch_mapped(kernel, grid, &[], &[], parameters);
    }

    /// Launches a kernel whose first parameters are tensors: their names, and they.
    pub fn launch_mapped(
        &mut self,
        kernel: &Kernel,
        grid: [usize; 3],
        names: &[&str],
        maps: &[Option<TensorMap>],
        parameters: &[(&str, Option<Argument>)],
    ) {
        let tensors: Vec<String> = names.iter().map(|name| format!("const __grid_constant__ TMap {name}")).collect();
        let tensors = tensors.iter().map(|declaration| (&**declaration, true));
        let others = parameters.iter().map(|(name, argument)| (*name, argument.is_some()));
        let declared: Vec<(&str, bool)> = tensors.chain(others).collect();
        let launch = Launch {
            kernel: self.name(kernel, &declared),
            grid: grid.map(|blocks| blocks.max(1) as u32),
            block: [kernel.threads as u32, 1, 1],
            shared: kernel.shared as u32,
            maps: maps.iter().flatten().copied().collect(),
            arguments: parameters.iter().filter_map(|(_, argument)| *argument).collect(),
            products: 0,
            layer: self.layer,
        };
        self.launches.push(launch);
    }

    /// The last launch adds so many products for each sample.
    pub fn adds(&mut self, products: usize) {
        if let Some(launch) = self.launches.last_mut() {
            launch.products = (products * self.batch) as u64;
        }
    }

    /// Makes a kernel that batches of other sizes launch.
    pub fn declare(&mut self, kernel: &Kernel, parameters: &[(&str, Option<Argument>)]) {
        let declared: Vec<(&str, bool)> = parameters.iter().map(|(name, there)| (*name, there.is_some())).collect();
        self.name(kernel, &declared);
    }

    /// The kernel's name, and the kernel, unless there is one of the same text.
    fn name(&mut self, kernel: &Kernel, declared: &[(&str, bool)]) -> String {
        for &source in kernel.sources {
            if !self.used.contains(&source) {
                self.used.push(source);
            }
        }
        let text = kernel.text(declared);
        if let Some(name) = self.names.get(&text) {
            return name.clone();
        }
        let count = self.counts.entry(kernel.template).or_default();
        let name = format!("{}_{count}", kernel.template);
        *count += 1;
        self.kernels.push(text.replace('@', &name));
        self.names.insert(text, name.clone());
        name
    }

    /// Launches a kernel with one thread for each of `count` elements.
    pub fn each(&mut self, kernel: &Kernel, count: usize, parameters: &[(&str, Option<Argument>)]) {
        self.launch(kernel, [count.div_ceil(kernel.threads), 1, 1], parameters);
    }

    /// Launches `template(x, y, batch)` with so many threads for each sample.
    pub fn forward(&mut self, kernel: Kernel, x: &Buffer, y: &Buffer, count: usize) {
        let kernel = kernel.with([("IN", x.map.pitch()), ("OUT", y.map.pitch())]);
        let arguments = [("const val* x", self.at(x)), ("val* y", self.at(y)), ("u32 batch", self.samples())];
        self.each(&kernel, self.batch * count, &arguments);
    }

    /// Launches `template(dy, dx, batch)`, or `template(x, dy, dx, batch)` where the gradient depends on the input.
    pub fn backward(&mut self, kernel: Kernel, x: Option<&Buffer>, dy: &Buffer, dx: &Gradient, count: usize) {
        let kernel = kernel.with(x.map(|x| ("IN", x.map.pitch()))).with([
            ("DY", dy.map.pitch()),
            ("DX", dx.buffer.map.pitch()),
            ("ADD", usize::from(dx.accumulate)),
        ]);
        let arguments = [
            ("const val* x", x.and_then(|x| self.at(x))),
            ("const val* dy", self.at(dy)),
            ("val* dx", self.at(&dx.buffer)),
            ("u32 batch", self.samples()),
        ];
        self.each(&kernel, self.batch * count, if x.is_some() { &arguments } else { &arguments[1..] });
    }

    /// The number of samples, as an argument.
    pub fn samples(&self) -> Option<Argument> {
        Some(Argument::U32(self.batch as u32))
    }

    /// Where a volume of the present network lies.
    pub fn at(&self, buffer: &Buffer) -> Option<Argument> {
        self.channel(buffer, 0)
    }

    /// Where a volume lies, from one of its channels on.
    pub fn channel(&self, buffer: &Buffer, channel: usize) -> Option<Argument> {
        let first = buffer.map.first * buffer.map.lanes() + channel;
        let place = (self.scope.base + buffer.offset) * self.batch + first;
        Some(Argument::Arena(place * self.precision.bytes()))
    }

    /// Where the present stage leaves its output: the declaration with its place, and channels from a pixel to the next.
    pub fn output(&self, buffer: &Buffer) -> ((&'static str, Option<Argument>), usize) {
        match self.outlet {
            Some(place) => (("float* y", Some(Argument::Arena(place))), buffer.map.channels),
            None => (("val* y", self.at(buffer)), buffer.map.pitch()),
        }
    }

    /// Where words lie that are kept beside the volumes.
    pub fn words(&self, offset: usize) -> Option<Argument> {
        self.kept.get(&(self.scope.base + offset)).map(|&place| Argument::Arena(place))
    }

    /// Makes room from this byte on for the words that the present network keeps beside its volumes; gives its end.
    pub(super) fn keep(&mut self, begin: usize) -> usize {
        let mut end = begin.next_multiple_of(ALIGN);
        for (offset, words) in self.scope.kept(self.batch) {
            self.kept.insert(offset, end);
            end += (words * size_of::<u32>()).next_multiple_of(ALIGN);
        }
        end
    }

    /// Memory for the present stage alone.
    pub fn scratch(&mut self, floats: usize) -> Option<Argument> {
        self.scratch_bytes(floats * size_of::<f32>())
    }

    /// The same for values as volumes have them.
    pub fn scratch_values(&mut self, values: usize) -> Option<Argument> {
        self.scratch_bytes(values * self.precision.bytes())
    }

    fn scratch_bytes(&mut self, bytes: usize) -> Option<Argument> {
        let place = self.workspace + self.taken;
        self.taken += bytes.next_multiple_of(ALIGN);
        self.most = self.most.max(self.taken);
        Some(Argument::Arena(place))
    }

    /// So many values of a set's first parameter, packed.
    pub fn packed(&mut self, weights: usize, geometry: &Geometry, by_filter: bool, values: usize) -> Option<Argument> {
        let nothing = Packing { geometry: *geometry, by_filter: None, by_channel: None };
        let packing = self.packings.entry(self.scope.parameter(weights)).or_insert(nothing);
        let place = if by_filter { &mut packing.by_filter } else { &mut packing.by_channel };
        let place = *place.get_or_insert_with(|| {
            let place = self.packed;
            self.packed += (values * self.precision.bytes()).next_multiple_of(ALIGN);
            place
        });
        Some(Argument::Packed(place))
    }

    /// What is packed of each parameter.
    pub(super) fn packings(&self) -> Vec<(usize, Packing)> {
        self.packings.iter().map(|(&parameter, &packing)| (parameter, packing)).collect()
    }

    /// The next stage begins.
    pub(super) fn release(&mut self) {
        self.taken = 0;
    }

    /// The workspace begins at this byte.
    pub(super) fn set_workspace(&mut self, place: usize) {
        self.workspace = place.next_multiple_of(ALIGN);
        (self.taken, self.most) = (0, 0);
    }

    /// Bytes of the arena with all workspace that was taken.
    pub(super) fn end(&self) -> usize {
        self.workspace + self.most.max(ALIGN)
    }

    /// The values of a set's parameter.
    pub fn parameter(&self, weights: usize, index: usize) -> Option<Argument> {
        Some(Argument::Parameter(self.scope.parameter(weights) + index))
    }

    /// The gradient of a set's parameter, which is trained.
    pub fn gradient(&mut self, weights: usize, index: usize) -> Option<Argument> {
        let parameter = self.scope.parameter(weights) + index;
        self.trained.insert(parameter);
        Some(Argument::Gradient(parameter))
    }

    /// An expression for the seed of the present network's random numbers.
    pub fn seed(&self) -> String {
        self.scope.seeds.iter().fold("outer".into(), |seed, slot| format!("mix({seed} ^ {slot:#x}ull)"))
    }

    /// Whether a parameter is trained.
    pub(super) fn is_trained(&self, parameter: usize) -> bool {
        self.trained.contains(&parameter)
    }

    pub(super) fn parameter_specs(&self) -> Vec<ParameterSpec> {
        let kind = |index, role: Role| match role {
            Role::RunningMean | Role::RunningVariance => Kind::Statistic,
            _ if !self.is_trained(index) => Kind::Frozen,
            Role::Weight => Kind::Decays,
            Role::Bias | Role::Scale => Kind::Trained,
        };
        self.specs
            .iter()
            .enumerate()
            .map(|(index, &(len, role))| ParameterSpec { len, kind: kind(index, role) })
            .collect()
    }

    /// All that was launched, as one text.
    pub(super) fn source(&self) -> String {
        let mut source = include_str!("prelude.cu").to_owned();
        source.push_str(match self.precision {
            Precision::F32 | Precision::Tf32 => include_str!("values_f32.cu"),
            Precision::Bf16 => include_str!("values_bf16.cu"),
        });
        for used in &self.used {
            for (_, text) in TEMPLATES.iter().filter(|(name, _)| name == used) {
                source.push('\n');
                source.push_str(text);
            }
        }
        for kernel in &self.kernels {
            source.push('\n');
            source.push_str(kernel);
        }
        source
    }

    /// Blocks over which a sum over pixels is cut, where `others` blocks work beside each other anyway.
    pub fn parts(pixels: usize, others: usize) -> usize {
        /// Pixels that are worth a block.
        const LEAST: usize = 256;
        (BLOCKS / others.max(1)).clamp(1, pixels.div_ceil(LEAST).max(1))
    }
}
