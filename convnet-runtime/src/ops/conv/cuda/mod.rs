//! Convolutions on the GPU: as products of matrices, or depthwise.

mod backward;
mod forward;

pub use backward::backward;
pub use forward::forward;

use super::{Bias, Geometry};
use crate::cuda::launch::{Argument, Precision};
use crate::cuda::source::{Emitter, Kernel};

/// Rows of a tile of a product.
const ROWS: usize = 64;

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
    fn is_depthwise(&self) -> bool {
        self.channels() == 1 && self.filters() == 1
    }

    /// Fully connected: the filters cover the whole input.
    fn is_dense(&self) -> bool {
        self.is_whole() && self.groups == 1
    }

    /// Weights of several taps are read in another order than that of files.
    fn is_packed(&self) -> bool {
        self.taps() > 1 && !self.is_dense()
    }

    /// The values of the weight.
    fn weights(&self) -> usize {
        self.output[2] * self.channels() * self.taps()
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
            .with([("WHOLE", usize::from(self.is_dense())), ("PACKED", usize::from(self.is_packed()))])
    }

    /// A kernel that is a product with so many columns.
    fn product(&self, template: &'static str, columns: usize, precision: Precision) -> (Kernel, usize) {
        let tile = if columns <= 16 { 16 } else { 64.min(columns.next_multiple_of(32)) };
        let mut kernel = self.kernel(template, sources(precision)).with([("TILE", tile)]);
        kernel.threads = 128;
        (kernel, columns.div_ceil(tile))
    }
}

/// The templates of a product.
fn sources(precision: Precision) -> &'static [&'static str] {
    match precision {
        Precision::F32 => &["activation", "epilogue", "operands", "product_f32", "conv"],
        Precision::Tf32 => &["activation", "epilogue", "operands", "matrix", "product_tf32", "conv"],
        Precision::Bf16 => &["activation", "epilogue", "operands", "matrix", "product_bf16", "conv"],
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

/// The weights as a product reads them.
fn packed(geometry: &Geometry, weights: usize, for_input: bool, emitter: &mut Emitter) -> Option<Argument> {
    let weight = emitter.parameter(weights, 0);
    if !geometry.is_packed() {
        return weight;
    }
    let packed = emitter.scratch(geometry.weights());
    let kernel = geometry.kernel("conv_pack", sources(emitter.precision)).with([("FOR_INPUT", usize::from(for_input))]);
    emitter.each(&kernel, geometry.weights(), &[("const float* w", weight), ("float* packed", packed)]);
    packed
}

/// Where a sum over output positions is cut into parts: how many, and the positions of each, a multiple of 16.
fn parts(positions: usize, tiles: usize) -> (usize, usize) {
    let each = positions.div_ceil(Emitter::parts(positions, tiles)).next_multiple_of(16);
    (positions.div_ceil(each), each)
}
