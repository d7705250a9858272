//! Networks that are declared to be judged. Who judges them says how in a macro `judge::test`.

use convnet_runtime::prelude::*;

/// Declares networks and judges each: `name(batch) { input 6x6x3 -> .. }`, with `; heads a, b.c` behind the batch where
/// the network has heads. `make.py` reads the same text.
macro_rules! judge {
    ($(
        $name:ident($batch:literal $(; heads $($($head:ident).+),+)?) $(#[$($attribute:tt)*])* { $($network:tt)* }
    )+) => {$(
        pub mod $name {
            use convnet_runtime::prelude::*;

            network! { $(#[$($attribute)*])* pub struct Net { $($network)* } }

            crate::judge::test! { $batch $(; heads $($($head).+),+)? }
        }
    )+};
}
pub(crate) use judge;

/// A single output.
pub trait Single {
    fn values(&self) -> &[f32];
}

impl<V: Shape> Single for Tensor<V> {
    fn values(&self) -> &[f32] {
        Tensor::values(self)
    }
}

impl<V: Shape> Single for Probabilities<V> {
    fn values(&self) -> &[f32] {
        self.tensor().values()
    }
}
