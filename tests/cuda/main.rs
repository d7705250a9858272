//! Networks on a GPU against the same networks on the CPU: on the device of this machine, or on the emulator where there
//! is none. `CONVNET_REQUIRE_CUDA=1` makes a missing device a failure.

#![cfg(feature = "cuda")]
#![allow(clippy::unwrap_used, missing_docs)]

mod compile;
mod compilers;
mod emulator;
mod faults;
mod judge;
mod memory;
mod nets;
mod networks;
#[path = "../random_networks/generated.rs"]
mod random;
mod support;

/// For the declarations among the tests.
const fn is((height, width): (u64, u64), side: u64) -> bool {
    height == side && width == side
}
