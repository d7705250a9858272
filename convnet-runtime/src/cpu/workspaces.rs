//! The pool of workspaces that lets threads share a network.

use std::fmt;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use super::run::{Run, Workspace};
use super::threads::{self, MOVE, cut};

/// Floats of the arena that a group of samples may take, so that it stays in a near cache.
const ARENA: usize = 1 << 15;
/// Parameters that stay there beside it.
const PARAMETERS: usize = 1 << 19;
/// Samples of a group: enough to use a weight often, and so many groups of a large batch that all threads have some.
const GROUP: Range<usize> = 8..24;
const GROUPS: usize = 16;

/// Workspaces of one network, one for each call that has run at the same time as others. A lock is held only to take
/// one and to put it back; a clone begins with none.
#[derive(Default)]
pub struct Workspaces {
    idle: Mutex<Vec<Workspace>>,
}

impl fmt::Debug for Workspaces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workspaces").finish_non_exhaustive()
    }
}

impl Workspaces {
    /// None yet.
    pub const fn new() -> Self {
        Self { idle: Mutex::new(Vec::new()) }
    }

    /// Runs `f` with a workspace that nobody else uses.
    pub fn with<T>(&self, f: impl FnOnce(&mut Workspace) -> T) -> T {
        let taken = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut workspace = taken.unwrap_or_default();
        let result = f(&mut workspace);
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(workspace);
        result
    }

    /// Runs `f` for all samples of a batch. Through a small network groups of samples go one by one, each on one thread:
    /// nobody waits for others between the layers, and what a layer writes is still near when the next one reads it.
    pub fn in_groups(&self, size: &Size, batch: usize, f: &(dyn Fn(Range<usize>, &mut Run<'_>) + Sync)) {
        let run = |samples: Range<usize>| {
            self.with(|workspace| {
                let mut run = workspace.run(size.floats, samples.len(), 0);
                (run.first, run.total) = (samples.start, batch);
                f(samples, &mut run);
            });
        };
        let (groups, work) = (size.groups(batch), batch * (2 * size.macs + MOVE * size.floats));
        if groups < 2 {
            return threads::enter(work, || threads::flushed(|| run(0..batch)));
        }
        threads::parallel(groups, work, |i| {
            threads::alone(|| run(cut(batch, groups, i)..cut(batch, groups, i + 1)));
        });
    }
}

/// How large a network is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Floats of the arena per sample.
    pub floats: usize,
    /// Parameters.
    pub parameters: usize,
    /// Multiply-accumulates of a sample.
    pub macs: usize,
}

impl Size {
    /// How many groups a batch falls into.
    fn groups(&self, batch: usize) -> usize {
        let most = ARENA / self.floats.max(1);
        if self.parameters > PARAMETERS || most < GROUP.start {
            return 1;
        }
        batch.div_ceil((batch / GROUPS).clamp(GROUP.start, GROUP.end.min(most)))
    }
}

impl Clone for Workspaces {
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle(pool: &Workspaces) -> usize {
        pool.idle.lock().expect("no thread panics").len()
    }

    #[test]
    fn one_for_each_call_at_a_time() {
        let pool = Workspaces::default();
        pool.with(|_| ());
        pool.with(|_| ());
        assert_eq!(idle(&pool), 1);
        pool.with(|_| pool.with(|_| ()));
        assert_eq!(idle(&pool), 2);
        assert_eq!(idle(&pool.clone()), 0);
    }

    #[test]
    fn groups_cover_a_batch() {
        for (floats, parameters, batch, expected) in [
            (2000, 50_000, 1, 1),
            (2000, 50_000, 8, 1),
            (2000, 50_000, 17, 3),
            (2000, 50_000, 64, 8),
            (2000, 50_000, 256, 16),
            (2000, 50_000, 4800, 300),
            (5000, 50_000, 256, 1),
            (2000, 1_000_000, 256, 1),
        ] {
            let seen = Mutex::new(vec![0; batch]);
            let count = std::sync::atomic::AtomicUsize::new(0);
            let size = Size { floats, parameters, macs: 1 << 20 };
            Workspaces::new().in_groups(&size, batch, &|samples, run| {
                assert_eq!((run.batch, run.first, run.total), (samples.len(), samples.start, batch));
                count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                samples.for_each(|sample| seen.lock().expect("no thread panics")[sample] += 1);
            });
            assert_eq!(count.into_inner(), expected, "{floats} {parameters} {batch}");
            assert!(seen.into_inner().expect("no thread panics").iter().all(|&times| times == 1));
        }
    }
}
