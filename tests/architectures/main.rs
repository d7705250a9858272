//! The systems of the lecture in its language. What is known of them is asserted while compiling: trainable parameters,
//! multiply-accumulates, and what one position of the last volume before the classifier sees of the input, and how far
//! apart two of them are. The names and shapes of their weights are torchvision's, where it has the network.

mod alexnet;
mod alphago;
mod caffe_lenet;
mod columns;
mod deeppose;
mod detection;
mod dqn;
mod examples;
mod full_size;
mod googlenet;
mod lenet;
mod maxout;
mod mobilenet;
mod multi_scale;
mod pattern;
mod perceptron;
mod pilotnet;
mod resnet;
mod vgg;
mod vgg_d;
mod weights;

/// Both directions are `side`.
const fn is((height, width): (u64, u64), side: u64) -> bool {
    height == side && width == side
}
