//! VGG D (Simonyan & Zisserman 2014), as the lecture's table has it: its layers, and what will run.

use convnet_runtime::prelude::*;

network! {
    /// 16 weight layers.
    #[budget(params <= 140M, macs <= 16G)]
    pub struct VggD {
        input 224x224x3
        -> [conv3-64 -> relu]*2 -> maxpool
        -> [conv3-128 -> relu]*2 -> maxpool
        -> [conv3-256 -> relu]*3 -> maxpool
        -> [[conv3-512 -> relu]*3 -> maxpool]*2
        -> [FC-4096 -> relu -> dropout(0.5)]*2
        -> FC-1000 -> soft-max
    }
}

// Everything is known before the program runs.
const _: () = assert!(VggD::PARAMS == 138_357_544);

fn main() {
    println!("{}\n", VggD::summary());

    // Convolution, bias, activation and pool are one stage each: the volume before the pool never reaches memory.
    println!("{}", VggD::plan());
}
