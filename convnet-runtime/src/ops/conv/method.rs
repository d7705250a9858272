//! Which way of computing a convolution the plan has chosen.

/// How the products of a convolution are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Tap by tap: the sums as they are written.
    Direct,
    /// Strassen's multiplication of matrices, for 1x1 filters: 7 products instead of 8.
    Strassen,
    /// Winograd's F(4x1, 5x5), for few channels: 10 products for each output instead of 25.
    Winograd4x1,
    /// Winograd's F(2x2, 3x3): 4 products for each output instead of 9; or F(2x2, 5x5): 9 instead of 25.
    Winograd2,
    /// F(4x4, 3x3): 2.25 products for each output.
    Winograd4,
    /// F(6x6, 3x3): 1.78 products for each output.
    Winograd6,
}

/// A method for small batches and one for large ones: the plan does not know the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByBatch {
    /// For fewer than `from` samples.
    pub few: Method,
    /// For `from` samples and more.
    pub many: Method,
    /// See `many`.
    pub from: usize,
}

impl ByBatch {
    /// Tap by tap, whatever the batch.
    pub const DIRECT: Self = Self::always(Method::Direct);

    /// One method, whatever the batch.
    pub const fn always(method: Method) -> Self {
        Self { few: method, many: method, from: 0 }
    }

    /// The method for a batch.
    pub const fn of(self, batch: usize) -> Method {
        if batch < self.from { self.few } else { self.many }
    }
}
