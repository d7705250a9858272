//! Very deep convolutional networks (Simonyan & Zisserman 2014): configuration D, also what GPUs are measured by.

use convnet_runtime::prelude::*;

network! {
    /// Configuration D: 16 weight layers. The features for retrieval are `VggD::CLASSIFIER_FC7`.
    #[budget(params <= 140M, macs <= 16G)]
    pub struct VggD {
        input 224x224x3
        -> [[conv3-64 -> relu]*2 -> maxpool
            -> [conv3-128 -> relu]*2 -> maxpool
            -> [conv3-256 -> relu]*3 -> maxpool
            -> [[conv3-512 -> relu]*3 -> maxpool]*2
            -> 7x7x512] @ features
        -> [FC-4096 -> relu -> dropout(0.5)
            -> FC-4096 -> relu @ fc7 -> dropout(0.5)
            -> FC-1000] @ classifier
        -> soft-max
    }
}
