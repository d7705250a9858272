//! Parallel loops over the tasks of one stage, on rayon's current pool.
//!
//! What a task computes never depends on the number of threads, only who runs it does.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::simd::Isa;

/// Work, in floating-point operations, below which waking another thread costs more than it gains.
const SMALL: usize = 1 << 20;

/// Work of several loops that is worth a way to the pool and back.
const ENTER: usize = 1 << 23;

/// How often a thread without a task looks whether the others have finished theirs before it goes elsewhere: some 50
/// microseconds, about what it takes to wake a thread that went to sleep.
const PATIENCE: usize = 1 << 12;

/// Most parts that tasks are handed out from.
const PARTS: usize = 32;

/// A float that is moved through memory, in floating-point operations.
pub const MOVE: usize = 16;

/// Runs `task(0)`, ..., `task(tasks - 1)`, in any order, on all threads of the current pool. `work` is about the number
/// of floating-point operations of all tasks together (see [`MOVE`]): where it is
/// small, the caller's thread does everything.
///
/// Denormals are flushed to zero inside the tasks.
pub fn parallel(tasks: usize, work: usize, task: impl Fn(usize) + Sync) {
    run(tasks, work, &task);
}

/// As [`parallel`], for tasks with scratch memory: the task's first argument is a number below [`seats`] that no other task
/// of this loop has at the same time.
pub fn parallel_seated(tasks: usize, work: usize, task: impl Fn(usize, usize) + Sync) {
    // A task does not give way to another of its loop, so that a thread's number is one.
    run(tasks, work, &|i| task(rayon::current_thread_index().map_or(0, |thread| thread + 1), i));
}

/// How many tasks of a loop may run at the same time, from any thread.
pub fn seats() -> usize {
    rayon::current_num_threads() + 1
}

thread_local! {
    static ALONE: Cell<bool> = const { Cell::new(false) };
}

/// Runs `f`, whose parallel loops then stay on this thread: others have work of their own.
pub fn alone<T>(f: impl FnOnce() -> T) -> T {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            ALONE.set(self.0);
        }
    }
    let _restore = Restore(ALONE.replace(true));
    f()
}

/// How many threads share the tasks of a loop.
pub fn workers() -> usize {
    if ALONE.get() { 1 } else { rayon::current_num_threads() }
}

/// Runs `f` on a thread of the current pool if its loops do about `work` floating-point operations and that is much: a loop
/// that begins outside of the pool wakes a thread there and sleeps itself, each time.
pub fn enter<T: Send>(work: usize, f: impl FnOnce() -> T + Send) -> T {
    let outside = rayon::current_thread_index().is_none() && rayon::current_num_threads() > 1;
    if work < ENTER || !outside || ALONE.get() {
        return f();
    }
    let isa = Isa::current();
    rayon::join(|| isa.scope(f), || ()).0
}

/// A count on lines of its own, since lines move from core to core with each change.
#[repr(align(128))]
struct Count(AtomicUsize);

/// One copy for all kernels: a task is long, and so a call through a table costs nothing.
fn run(tasks: usize, work: usize, task: &(dyn Fn(usize) + Sync)) {
    if tasks < 2 || work < SMALL || ALONE.get() || rayon::current_num_threads() < 2 {
        flushed(|| (0..tasks).for_each(task));
        return;
    }
    let isa = Isa::current();
    // Each thread begins with its own part of the tasks, in every loop the same one: what it has written in the loop before
    // is near. Then it helps the others.
    let parts = rayon::current_num_threads().min(tasks).min(PARTS);
    let next: [_; PARTS] = std::array::from_fn(|part| Count(AtomicUsize::new(cut(tasks, parts, part))));
    let finished = Count(AtomicUsize::new(0));
    let worker = || {
        let own = rayon::current_thread_index().unwrap_or(0);
        isa.scope(|| {
            flushed(|| {
                for part in (own..own + parts).map(|part| part % parts) {
                    let end = cut(tasks, parts, part + 1);
                    let mut done = 0;
                    loop {
                        let i = next[part].0.fetch_add(1, Ordering::Relaxed);
                        if i >= end {
                            break;
                        }
                        task(i);
                        done += 1;
                    }
                    finished.0.fetch_add(done, Ordering::Relaxed);
                }
            });
        });
        // All leave together, awake: the next loop usually follows at once.
        for _ in 0..PATIENCE {
            if finished.0.load(Ordering::Relaxed) >= tasks {
                break;
            }
            std::hint::spin_loop();
        }
    };
    spread(rayon::current_num_threads().min(tasks), &worker);
}

/// Offers `n` copies of the worker to the pool, without allocating.
fn spread(n: usize, worker: &(dyn Fn() + Sync)) {
    if n == 1 {
        worker();
    } else {
        rayon::join(|| spread(n / 2, worker), || spread(n - n / 2, worker));
    }
}

/// Runs a task for each chunk of `len` floats, the last one shorter: with its number and that chunk of all slices, which
/// have the same length. `work` is as for [`parallel`].
///
/// # Panics
/// If the slices differ in length.
pub fn parallel_chunks<const N: usize>(
    slices: [&mut [f32]; N],
    len: usize,
    work: usize,
    task: impl Fn(usize, [&mut [f32]; N]) + Sync,
) {
    let whole = slices.first().map_or(0, |slice| slice.len());
    assert!(slices.iter().all(|slice| slice.len() == whole), "the slices have the same length");
    let slices = slices.map(Shared::new);
    parallel(whole.div_ceil(len), work, |i| {
        // SAFETY: the tasks have different chunks of slices that are borrowed for this loop.
        task(i, slices.map(|slice| unsafe { slice.part(i * len, len.min(whole - i * len)) }));
    });
}

/// Where task `i` of `tasks` begins, in a range of `len` cut into parts that differ by one at most.
#[inline]
pub fn cut(len: usize, tasks: usize, i: usize) -> usize {
    len * i / tasks
}

/// Memory that tasks write at the same time, each its own part.
#[derive(Clone, Copy)]
pub struct Shared(*mut f32);

// SAFETY: it is an address; whoever dereferences it promises that no other thread does at the same place.
unsafe impl Send for Shared {}
// SAFETY: as above.
unsafe impl Sync for Shared {}

impl Shared {
    /// The memory of a slice.
    pub fn new(memory: &mut [f32]) -> Self {
        Self(memory.as_mut_ptr())
    }

    /// The address.
    #[inline(always)]
    pub fn get(self) -> *mut f32 {
        self.0
    }

    /// A part of it.
    ///
    /// # Safety
    /// The range lies in the slice that this was made of, that slice is still borrowed for this purpose, and no other
    /// task touches the range.
    #[inline(always)]
    pub unsafe fn part<'a>(self, start: usize, len: usize) -> &'a mut [f32] {
        // SAFETY: the caller's promise.
        unsafe { std::slice::from_raw_parts_mut(self.0.add(start), len) }
    }
}

/// Runs `f` with denormal inputs and results flushed to zero: they are slow, and mean nothing in a network. Restores the
/// thread's setting.
pub fn flushed<T>(f: impl FnOnce() -> T) -> T {
    struct Restore(control::Register);
    impl Drop for Restore {
        fn drop(&mut self) {
            control::write(self.0);
        }
    }
    let before = control::read();
    if before & control::FLUSH == control::FLUSH {
        return f();
    }
    control::write(before | control::FLUSH);
    let _restore = Restore(before);
    f()
}

#[cfg(target_arch = "x86_64")]
mod control {
    use std::arch::asm;

    pub type Register = u32;
    /// Flush to zero, denormals are zero.
    pub const FLUSH: u32 = 1 << 15 | 1 << 6;

    #[inline]
    pub fn read() -> u32 {
        let mut register = 0_u32;
        // SAFETY: stores MXCSR into a local variable.
        unsafe { asm!("stmxcsr [{}]", in(reg) &raw mut register, options(nostack, preserves_flags)) };
        register
    }

    #[inline]
    pub fn write(register: u32) {
        // SAFETY: only the bits that flush denormals ever differ from what was read; no code here relies on them.
        unsafe { asm!("ldmxcsr [{}]", in(reg) &raw const register, options(nostack, preserves_flags)) };
    }
}

#[cfg(target_arch = "aarch64")]
mod control {
    use std::arch::asm;

    pub type Register = u64;
    /// Flush to zero.
    pub const FLUSH: u64 = 1 << 24;

    #[inline]
    pub fn read() -> u64 {
        let register: u64;
        // SAFETY: reads FPCR.
        unsafe { asm!("mrs {}, fpcr", out(reg) register, options(nomem, nostack, preserves_flags)) };
        register
    }

    #[inline]
    pub fn write(register: u64) {
        // SAFETY: only the bit that flushes denormals ever differs from what was read; no code here relies on it.
        unsafe { asm!("msr fpcr, {}", in(reg) register, options(nostack, preserves_flags)) };
    }
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
mod control {
    pub type Register = u32;
    pub const FLUSH: u32 = 0;

    pub fn read() -> u32 {
        0
    }

    pub fn write(_: u32) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn every_task_runs_once() {
        for threads in [1, 2, 5] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            for (tasks, work) in [(0, SMALL), (1, SMALL), (7, 1), (100, SMALL)] {
                let runs: Vec<_> = (0..tasks).map(|_| AtomicUsize::new(0)).collect();
                pool.install(|| parallel(tasks, work, |i| _ = runs[i].fetch_add(1, Ordering::Relaxed)));
                assert!(runs.iter().all(|n| n.load(Ordering::Relaxed) == 1));
            }
        }
    }

    #[test]
    fn no_two_tasks_have_one_seat() {
        let check = || {
            let taken: Vec<_> = (0..seats()).map(|_| AtomicUsize::new(0)).collect();
            parallel_seated(200, SMALL, |seat, _| {
                assert_eq!(taken[seat].swap(1, Ordering::SeqCst), 0);
                std::thread::yield_now();
                taken[seat].store(0, Ordering::SeqCst);
            });
        };
        check();
        rayon::ThreadPoolBuilder::new().num_threads(4).build().expect("a pool").install(check);
    }

    #[test]
    fn every_chunk_once() {
        for len in [0, 5, 100, 1003] {
            let (mut a, mut b) = (vec![1.0; len], vec![2.0; len]);
            parallel_chunks([&mut a, &mut b], 10, SMALL, |i, [a, b]| {
                a.iter_mut().zip(b).for_each(|(a, b)| *a += *b + i as f32);
            });
            assert!(a.iter().enumerate().all(|(i, a)| (*a - 3.0 - (i / 10) as f32).abs() < 1e-6));
        }
    }

    #[test]
    fn small_work_stays_on_the_callers_thread() {
        let caller = std::thread::current().id();
        parallel(10, SMALL - 1, |_| assert_eq!(std::thread::current().id(), caller));
    }

    #[test]
    fn alone_means_on_this_thread() {
        let caller = std::thread::current().id();
        alone(|| parallel(10, SMALL, |_| assert_eq!(std::thread::current().id(), caller)));
        assert!(!ALONE.get());
    }

    #[test]
    fn much_work_enters_the_pool_and_little_stays() {
        let caller = std::thread::current().id();
        let place = |work| enter(work, || (std::thread::current().id(), Isa::current()));
        Isa::Portable.scope(|| {
            assert_eq!(place(ENTER - 1), (caller, Isa::Portable));
            let (thread, isa) = place(ENTER);
            assert_eq!((thread == caller, isa), (rayon::current_num_threads() < 2, Isa::Portable));
            assert_eq!(alone(|| place(ENTER)).0, caller);
        });
    }

    #[test]
    fn denormals_are_flushed_inside_only() {
        let half = || black_box(f32::MIN_POSITIVE) * black_box(0.5);
        let before = half().to_bits();
        if control::FLUSH != 0 {
            parallel(3, SMALL, |_| assert_eq!(half().to_bits(), 0));
        }
        assert_eq!(half().to_bits(), before);
    }

    #[test]
    fn the_instruction_set_travels_with_the_tasks() {
        Isa::Portable.scope(|| parallel(50, SMALL, |_| assert_eq!(Isa::current(), Isa::Portable)));
    }
}
