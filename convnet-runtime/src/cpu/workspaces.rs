//! The pool of workspaces that lets threads share a network.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::run::Workspace;

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
}
