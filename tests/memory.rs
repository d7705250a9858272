//! What runs again and again does not allocate: counted by an allocator that counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use convnet_runtime::prelude::*;

struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

network! {
    /// One of most layers.
    pub struct Small {
        input 16x16x3
        -> conv3-32 -> bn -> relu -> maxpool
        -> (skip + [conv3-32 -> relu -> dropout(0.1)])
        -> lrn -> (conv1-8 | dwconv3) -> avgpool
        -> fc-20 -> maxout(2) -> softmax
    }
}

network! {
    /// Small enough for a batch to go through it in parts.
    pub struct Plain { input 8x8x1 -> conv3-16 -> relu -> maxpool -> fc-24 -> relu -> fc-10 -> softmax }
}

/// How many times `f` allocates, ten times, when it has run before: often enough that each thread has had each kind of
/// task, and so its scratch. The least of three rounds: one that the system has kept from work may meet a kind later.
fn allocations(mut f: impl FnMut()) -> usize {
    let round = |_| {
        (0..100).for_each(|_| f());
        let before = ALLOCATIONS.load(Ordering::Relaxed);
        (0..10).for_each(|_| f());
        ALLOCATIONS.load(Ordering::Relaxed) - before
    };
    (0..3).map(round).min().unwrap_or(0)
}

/// Allocations of ten predictions, without the output that each gives, and of ten training steps, of a batch as a whole and
/// of one in parts.
fn predict_and_train() -> [usize; 3] {
    let mut net = Small::new(1);
    let images = Tensor::from_fn(8, |n, c, y, x| ((n * 7 + c * 5 + y * 3 + x) % 11) as f32 / 11.0);
    let labels = [0, 1, 2, 3, 4, 5, 6, 7];
    let outputs = allocations(|| drop(net.predict(&images)));
    let mut trainer = Trainer::new(Sgd::new(0.01).momentum(0.9), 1);
    let steps = allocations(|| {
        trainer.step(&mut net, &images, &CrossEntropy(&labels)).expect("a finite loss");
    });
    let mut net = Plain::new(1);
    let mut trainer = Trainer::new(Sgd::new(0.01).momentum(0.9), 1);
    let images = Tensor::from_fn(64, |n, _, y, x| ((n * 7 + y * 3 + x) % 11) as f32 / 11.0);
    let labels = [3; 64];
    let parts = allocations(|| {
        trainer.step(&mut net, &images, &CrossEntropy(&labels)).expect("a finite loss");
    });
    [outputs - 10, steps, parts]
}

// One test: the counter counts all threads.
#[test]
fn nothing_allocates_after_the_first_time() {
    let pool = rayon::ThreadPoolBuilder::new().build().expect("a pool");
    assert_eq!(pool.install(predict_and_train), [0; 3]);
    // Called from outside the pool, not one in each of the ten: the pool's queue takes a new block now and then.
    let outside = predict_and_train();
    assert!(outside.iter().all(|&count| count < 10), "{outside:?} allocations");
}
