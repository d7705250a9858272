//! A network inside a program: its weights are part of the binary, no file is read at run time, and threads share it.

use std::sync::LazyLock;
use std::thread;

use convnet_runtime::prelude::*;

network! {
    /// The network of the first example.
    pub struct Digits {
        input 8x8x1
        -> [conv3-32 -> relu]*2 -> maxpool
        -> conv3-64 -> relu -> maxpool
        -> fc-64 -> relu -> dropout -> fc-10 -> softmax
    }
}

static NET: LazyLock<Digits> = LazyLock::new(|| {
    Digits::from_bytes(include_bytes!("digits.safetensors")).expect("the weights are of this network")
});

/// How many of the images are read right.
fn right(data: &Dataset<Volume<8, 8, 1>>) -> usize {
    let classes = NET.classify(data.images());
    classes.iter().zip(data.labels()).filter(|(class, label)| class == label).count()
}

fn main() {
    // The first example has not trained on the second part.
    let (_, test) = data::digits().split(0.8, 1);
    let (one, other) = test.split(0.5, 2);

    let right = thread::scope(|scope| {
        let threads = [&one, &other].map(|part| scope.spawn(move || right(part)));
        threads.map(|thread| thread.join().expect("prediction does not panic"))
    });
    println!("thread 1: {} of {} digits", right[0], one.len());
    println!("thread 2: {} of {} digits", right[1], other.len());
}
