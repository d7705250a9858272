//! One row of a network's table.

/// One row of a network's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    /// Its name in weight files, `features.0`.
    pub name: &'static str,
    /// As declared, `conv3-64`.
    pub kind: &'static str,
    /// Height, width, depth of what it gives.
    pub volume: [u64; 3],
    /// It gives features, which have no place in space.
    pub features: bool,
    /// Trainable values; zero where they are shared with an earlier layer.
    pub params: u64,
    /// Multiply-accumulates of one sample.
    pub macs: u64,
    /// Receptive field: height, width.
    pub receptive_field: (u64, u64),
    /// Stride with respect to the input: height, width.
    pub stride: (u64, u64),
    /// Frozen: not trained.
    pub frozen: bool,
}
