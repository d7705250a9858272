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

/// How many times `f` allocates when it has run before.
fn allocations(mut f: impl FnMut()) -> usize {
    (0..3).for_each(|_| f());
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    (0..10).for_each(|_| f());
    ALLOCATIONS.load(Ordering::Relaxed) - before
}

// One test: the counter counts all threads.
#[test]
fn nothing_allocates_after_the_first_time() {
    let mut net = Small::new(1);
    let images = Tensor::from_fn(8, |n, c, y, x| ((n * 7 + c * 5 + y * 3 + x) % 11) as f32 / 11.0);
    let labels = [0, 1, 2, 3, 4, 5, 6, 7];
    let outputs = allocations(|| drop(net.predict(&images)));
    // Ten calls, each with the output that it gives.
    assert_eq!(outputs, 10);

    let mut trainer = Trainer::new(Sgd::new(0.01).momentum(0.9), 1);
    let steps = allocations(|| {
        trainer.step(&mut net, &images, &CrossEntropy(&labels)).expect("a finite loss");
    });
    // Not one in each of the ten: only the queue of the thread pool takes a new block now and then.
    assert!(steps < 10, "{steps} allocations");
}
