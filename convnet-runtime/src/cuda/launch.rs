//! What runs on the device: kernels by name with their grids and arguments, in order. `source` makes it of a network's
//! program and a batch size; whoever holds the device resolves the arguments and launches.

/// One launch of a kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct Launch {
    /// The kernel's name in the module's source.
    pub kernel: String,
    /// Blocks.
    pub grid: [u32; 3],
    /// Threads of a block.
    pub block: [u32; 3],
    /// Bytes of dynamic shared memory.
    pub shared: u32,
    /// What the kernel gets first: the tensors that it copies in boxes. Where there are any, blocks take one tile after the
    /// other, so that fewer do the same.
    pub maps: Vec<TensorMap>,
    /// What it gets then, in order.
    pub arguments: Vec<Argument>,
    /// Products of two numbers that it adds, where it is one of matrices.
    pub products: u64,
    /// What it is a part of.
    pub layer: Option<Layer>,
}

/// A part of a convolution or of a fully connected layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// `fprop`, `fprop+pool`, `dgrad`, `wgrad`, or `around` for what lies between these: slopes, winners, biases.
    pub part: &'static str,
    /// Height, width and channels of its input.
    pub input: [usize; 3],
    /// The same of its output, before a pool.
    pub output: [usize; 3],
    /// Height and width of its filters.
    pub kernel: [usize; 2],
}

/// How long a kernel takes.
#[derive(Clone, Debug, PartialEq)]
pub struct KernelTime {
    /// Its name.
    pub kernel: String,
    /// What it is a part of.
    pub layer: Option<Layer>,
    /// Of one launch.
    pub milliseconds: f64,
    /// Products of two numbers that it adds, where it is one of matrices.
    pub products: u64,
}

/// A tensor in memory, for kernels that let the device copy boxes of it to shared memory. What is outside reads as zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TensorMap {
    /// Where it begins.
    pub base: Argument,
    /// Of what numbers: bfloat16, or `f32` that are copied as they are or rounded to TF32.
    pub precision: Precision,
    /// Numbers along each dimension, the innermost first.
    pub extent: [usize; 4],
    /// Numbers from one to the next along each dimension but the innermost: multiples of 16 bytes.
    pub stride: [usize; 3],
    /// Numbers of a box along each dimension: at most 256, of the innermost 128 bytes.
    pub part: [usize; 4],
}

/// An argument of a kernel. All but `U32` are addresses on the device.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Argument {
    /// A place in the arena, in bytes from its beginning.
    Arena(usize),
    /// The values of a parameter, by its place in visiting order.
    Parameter(usize),
    /// Its gradient.
    Gradient(usize),
    /// The values of all parameters, one after the other.
    Parameters,
    /// The gradients of those that are trained.
    Gradients,
    /// The optimizer's memory of them.
    States,
    /// A place among the packed weights, in bytes.
    Packed(usize),
    /// A number.
    U32(u32),
    /// Where the seed of this step's random numbers is: one `u64`.
    Seed,
    /// Where the learning rate is, one `f32`; so are the four that follow.
    Rate,
    /// The optimizer's momentum.
    Momentum,
    /// 1 with Nesterov's momentum, else 0.
    Nesterov,
    /// The decay of weights.
    Decay,
    /// What the loss's gradient has been multiplied by.
    LossScale,
    /// The labels of a head: one `u32` for each sample and position.
    Labels(usize),
    /// The targets of a head, dense `[n][y][x][c]`.
    Targets(usize),
    /// Where the loss of a head goes: one `f32`.
    Loss(usize),
    /// Where it says whether the step has failed, so that nothing may move: one `u32`, 0 if not.
    Failed,
}

/// All launches of a network for one batch size. Places are bytes in the arena. Input, outputs, logits and gradients lie
/// as dense `[n][y][x][c]`, the input as volumes do, the others in `f32`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Launches {
    /// Inference: from the input to the outputs.
    pub infer: Vec<Launch>,
    /// Forward in training: from the input to the logits.
    pub forward: Vec<Launch>,
    /// Per head: the loss and the gradient of the logits, as cross-entropy.
    pub cross_entropy: Vec<Vec<Launch>>,
    /// Per head: the same as mean squared error.
    pub mean_squared: Vec<Vec<Launch>>,
    /// From the gradients of the logits to those of all trained parameters.
    pub backward: Vec<Launch>,
    /// The optimizer's step, and the packing of what it has moved.
    pub update: Vec<Launch>,
    /// The packing of all weights, to be done before anything else.
    pub pack: Vec<Launch>,
    /// Bytes of the arena at inference.
    pub arena: usize,
    /// Bytes of the arena in training.
    pub training_arena: usize,
    /// The input at inference.
    pub input: usize,
    /// The input in training.
    pub training_input: usize,
    /// The outputs of inference, one per head.
    pub output: Vec<usize>,
    /// The logits of training, one per head.
    pub logits: Vec<usize>,
    /// The gradients of the logits, one per head.
    pub gradient: Vec<usize>,
}

/// What the kernels compute with. Sums are formed in `f32`, and parameters, their gradients, the optimizer's memory,
/// statistics, and what the losses see are kept in `f32`, whatever the precision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// `f32` throughout.
    #[default]
    F32,
    /// Products of `f32` rounded to 11 significant bits, on tensor cores.
    Tf32,
    /// Products of bfloat16 numbers, on tensor cores; volumes and their gradients are kept in bfloat16, too.
    Bf16,
}

impl Precision {
    /// Bytes of a value of a volume.
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::F32 | Self::Tf32 => 4,
            Self::Bf16 => 2,
        }
    }
}
