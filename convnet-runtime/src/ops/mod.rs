//! The operations: one folder each, with its stage (what the generated code holds as a constant), its scalar reference,
//! generic over f32 and f64, which is the specification, and its CPU kernels.

pub mod activation;
pub mod add;
pub mod bn;
pub mod concat;
pub mod conv;
pub mod dropout;
pub mod flatten;
pub mod gap;
pub mod lrn;
pub mod maxout;
pub mod network;
pub mod pool;
pub mod real;
pub mod relayout;
pub mod softmax;
#[cfg(test)]
pub(crate) mod testing;
pub mod upsample;
pub mod widen;
