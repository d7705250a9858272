//! Steps and predictions take no memory of the host once they have run: counted by an allocator that counts.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use convnet_runtime::cuda::{Cuda, CudaTrainer, OnHost};
use convnet_runtime::prelude::*;

use crate::faults::{Tiny, images};
use crate::support::on_device;

struct Counting;

thread_local! {
    /// Of this thread: other tests run beside this one.
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
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

/// How many times `f` allocates when it has run before: once for each lane.
fn allocations(mut f: impl FnMut()) -> usize {
    (0..2).for_each(|_| f());
    let before = ALLOCATIONS.get();
    (0..4).for_each(|_| f());
    ALLOCATIONS.get() - before
}

#[test]
fn after_the_first_step_the_host_allocates_nothing() {
    on_device("memory::after_the_first_step_the_host_allocates_nothing", |device| {
        let mut net = Cuda::new(Tiny::new(1), device).unwrap();
        let mut trainer = CudaTrainer::new(Sgd::new(0.1).momentum(0.9), 1);
        let (images, labels) = (images(4), [0, 1, 2, 0]);
        let queue = allocations(|| assert!(trainer.queue(&mut net, &images, &CrossEntropy(&labels)).is_ok()));
        let step = allocations(|| assert!(trainer.step(&mut net, &images, &CrossEntropy(&labels)).is_ok()));
        let host = allocations(|| assert!(trainer.step(&mut net, &images, &OnHost(CrossEntropy(&labels))).is_ok()));
        assert_eq!([queue, step, host], [0; 3]);
        // The output is a tensor that was not there before.
        assert_eq!(allocations(|| drop(net.predict(&images).unwrap())), 4);
    });
}
