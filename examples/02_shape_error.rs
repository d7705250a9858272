//! A network that does not fit is a compile error that says what would. Try it: this is the beginning of AlexNet. Its
//! paper says that pictures are 224 pixels wide; make the input below `224x224x3` and run
//! `cargo check --example 02_shape_error`:
//!
//! ```text
//! error: conv11-96/4 does not fit its input
//!          input:   224x224x3, from `input`
//!          formula: (W - F + 2P)/S + 1 = (224 - 11 + 2*0)/4 + 1 = 54.25
//!          fits:    input 223x223x3 -> 54x54x96 or 227x227x3 -> 55x55x96; stride 3 -> 72x72x96;
//!                   or (pad=0, floor) -> 54x54x96, (pad=2, floor) -> 55x55x96
//!   --> examples/02_shape_error.rs:23:12
//!    |
//! 23 |         -> conv11-96/4(pad=0) -> relu -> maxpool3/2
//!    |            ^^^^^^^^^^^^^^^^^^
//! ```

use convnet_runtime::prelude::*;

network! {
    /// The first layers of AlexNet.
    pub struct AlexNet {
        input 227x227x3
        -> conv11-96/4(pad=0) -> relu -> maxpool3/2
        -> 27x27x96
        -> conv5-256 -> relu -> maxpool3/2
        -> FC-1000
    }
}

fn main() {
    println!("{}", AlexNet::summary());

    // Shapes are types: `Tensor::<Volume<224, 224, 3>>::zeros(2)` does not compile here, "expected `227`, found `224`".
    let pictures = Tensor::zeros(2);
    let scores = AlexNet::new(1).predict(&pictures);
    println!("{} pictures, {} scores each", scores.batch(), scores.sample(0).len());
}
