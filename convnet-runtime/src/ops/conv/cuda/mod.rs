//! Convolutions on the GPU: as products of matrices, or depthwise.

mod backward;
mod forward;
mod wgmma;

pub use backward::backward;
pub use forward::forward;

use super::{Bias, Geometry};
use crate::cpu::map::Buffer;
use crate::cuda::launch::{Argument, Layer, Precision};
use crate::cuda::source::{Emitter, Kernel, Packing};

/// Rows of a tile of a product: ROWS in `product_f32.cu` and `product_mma.cu`.
fn tile_rows(precision: Precision) -> usize {
    if precision == Precision::F32 { 64 } else { 128 }
}

impl Geometry {
    fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Input channels of a group.
    fn channels(&self) -> usize {
        self.input[2] / self.groups
    }

    /// Filters of a group.
    fn filters(&self) -> usize {
        self.output[2] / self.groups
    }

    /// One filter per channel.
    pub(crate) fn is_depthwise(&self) -> bool {
        self.channels() == 1 && self.filters() == 1
    }

    /// Fully connected: the filters cover the whole input.
    fn is_dense(&self) -> bool {
        self.is_whole() && self.groups == 1
    }

    /// How products read the weights: see `conv.cu`.
    fn layout(&self, emitter: &Emitter) -> usize {
        if emitter.precision == Precision::Bf16 || wgmma::suits(self, emitter) {
            return 2;
        }
        usize::from(self.taps() > 1 && !self.is_dense())
    }

    /// The values of the weight.
    fn weights(&self) -> usize {
        self.output[2] * self.channels() * self.taps()
    }

    /// Products of a number and a weight, of one sample.
    fn macs(&self) -> usize {
        self.output[0] * self.output[1] * self.weights()
    }

    /// What kernels are a part of.
    fn layer(&self, part: &'static str) -> Layer {
        Layer { part, input: self.input, output: self.output, kernel: self.kernel }
    }

    /// A kernel that knows the geometry.
    fn kernel(&self, template: &'static str, sources: &'static [&'static str]) -> Kernel {
        let [height, width, _] = self.input;
        let [rows, columns, filters] = self.output;
        Kernel::new(template, sources, [("H", height), ("W", width), ("CG", self.channels())])
            .with([("OH", rows), ("OW", columns), ("KG", self.filters()), ("K", filters)])
            .with([("FH", self.kernel[0]), ("FW", self.kernel[1]), ("TAPS", self.taps())])
            .with([("SH", self.stride[0]), ("SW", self.stride[1]), ("PH", self.pad[0]), ("PW", self.pad[1])])
            .with([("DH", self.dilation[0]), ("DW", self.dilation[1]), ("GROUPS", self.groups)])
    }

    /// A kernel that is a product with so many columns. `by_weights`: sums over a filter go as its weights lie, where it
    /// covers the whole input.
    fn product(&self, template: &'static str, columns: usize, by_weights: bool, emitter: &Emitter) -> (Kernel, usize) {
        let precision = emitter.precision;
        let widest = if precision == Precision::F32 { 64 } else { 128 };
        let tile = if columns <= 16 { 16 } else { columns.next_power_of_two().clamp(32, widest) };
        let mut kernel = self
            .kernel(template, sources(precision))
            .with([("WHOLE", usize::from(by_weights && self.is_dense())), ("LAYOUT", self.layout(emitter))])
            .with([("TILE", tile)]);
        kernel.threads = 128;
        if precision != Precision::F32 {
            // Four steps of 64 bytes of each row and column; then the sums of the tile.
            kernel.shared = (4 * 64 * (128 + tile)).max(4 * 128 * (tile + 8));
            (kernel.threads, kernel.blocks) = (256, 2);
        }
        (kernel, columns.div_ceil(tile))
    }

    /// How many channels, or filters, of a volume are read at once: 16 bytes of them where they begin at such places, or 1.
    fn run(&self, buffer: &Buffer, precision: Precision) -> usize {
        let piece = 16 / precision.bytes();
        let group = buffer.map.channels / self.groups;
        let whole = is_aligned(buffer, piece) && (self.groups == 1 || group.is_multiple_of(piece));
        if whole { piece } else { 1 }
    }

    /// The products of a sum, or the columns of a gradient of weights: so many channels are read at once.
    fn products(&self, run: usize, by_weights: bool) -> usize {
        let run = if by_weights && self.is_dense() && self.taps() > 1 { 1 } else { run };
        self.channels().next_multiple_of(run) * self.taps()
    }
}

/// Whether all pixels begin at multiples of so many values.
fn is_aligned(buffer: &Buffer, values: usize) -> bool {
    let map = &buffer.map;
    map.pitch().is_multiple_of(values) && (map.first * map.lanes()).is_multiple_of(values)
}

/// The templates of a product.
fn sources(precision: Precision) -> &'static [&'static str] {
    match precision {
        Precision::F32 => &["activation", "epilogue", "operands", "product_f32", "conv"],
        Precision::Tf32 => &["activation", "epilogue", "operands", "matrix", "matrix_tf32", "product_mma", "conv"],
        Precision::Bf16 => &["activation", "epilogue", "operands", "matrix", "matrix_bf16", "product_mma", "conv"],
    }
}

/// The templates of what surrounds a convolution.
const AROUND: &[&str] = &["activation", "epilogue"];
/// The templates of depthwise convolutions.
const DEPTHWISE: &[&str] = &["activation", "epilogue", "sums", "depthwise"];

fn bias(bias: Bias) -> usize {
    match bias {
        Bias::None => 0,
        Bias::Channel => 1,
        Bias::Position => 2,
    }
}

/// The weights as a product reads them, for the gradient of the input or forward.
fn product_weights(geometry: &Geometry, weights: usize, for_input: bool, emitter: &mut Emitter) -> Option<Argument> {
    let layout = geometry.layout(emitter);
    if layout == 0 {
        return emitter.parameter(weights, 0);
    }
    let pad = padding(geometry, emitter);
    let (channels, filters) = (geometry.channels(), geometry.filters());
    let by_filter = (layout == 2) != for_input;
    let matrix =
        if by_filter { filters * channels.next_multiple_of(pad) } else { channels * filters.next_multiple_of(pad) };
    emitter.packed(weights, geometry, by_filter, geometry.groups * geometry.taps() * matrix)
}

/// What rows of packed weights are padded to a multiple of: copies of tiles begin at multiples of 16 bytes.
fn padding(geometry: &Geometry, emitter: &Emitter) -> usize {
    if geometry.layout(emitter) == 2 { 8 } else { 1 }
}

/// Packs a parameter's values.
pub fn pack(parameter: usize, packing: &Packing, emitter: &mut Emitter) {
    let (geometry, pad) = (&packing.geometry, padding(&packing.geometry, emitter));
    // As many channels as fit into shared memory with all their taps.
    let taken = match geometry.taps() {
        ..=23 => 32,
        24..=46 => 16,
        _ => 8,
    };
    let kernel = Kernel::new("conv_pack", &["pack"], [("KG", geometry.filters()), ("CG", geometry.channels())]).with([
        ("TAPS", geometry.taps()),
        ("PAD", pad),
        ("TAKEN", taken),
    ]);
    let place = |place: Option<usize>| place.map(Argument::Packed);
    let arguments = [
        ("const float* w", Some(Argument::Parameter(parameter))),
        ("val* by_filter", place(packing.by_filter)),
        ("val* by_channel", place(packing.by_channel)),
    ];
    let blocks = |count: usize, taken: usize| count.next_multiple_of(pad).div_ceil(taken);
    let grid = [blocks(geometry.channels(), taken), blocks(geometry.filters(), 16), geometry.groups];
    emitter.launch(&kernel, grid, &arguments);
}

/// Where a sum over output positions is cut into parts: how many, and the positions of each, a multiple of 32.
fn parts(positions: usize, tiles: usize) -> (usize, usize) {
    let each = positions.div_ceil(Emitter::parts(positions, tiles)).next_multiple_of(32);
    (positions.div_ceil(each), each)
}
