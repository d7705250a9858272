//! What kernels make of a parameter's values, and keep until these change: filters at Winograd's points or in Strassen's products, a copy in
//! half precision.

use std::sync::{Mutex, OnceLock, PoisonError};

use crate::cpu::memory::Floats;

/// What is made of the values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Filters at the points of F(2x2), F(4x4), F(6x6).
    Winograd(usize),
    /// The same of the filters that give the gradient of the input.
    WinogradTransposed(usize),
    /// Filters at the points of F(4x1).
    WinogradColumns,
    /// Filters in Strassen's products.
    Strassen,
    /// Two values in the place of one.
    Half,
}

impl Form {
    const COUNT: usize = 9;

    fn slot(self) -> usize {
        match self {
            Self::Winograd(tile) => tile / 2 - 1,
            Self::WinogradTransposed(tile) => 3 + tile / 2 - 1,
            Self::Half => 6,
            Self::WinogradColumns => 7,
            Self::Strassen => 8,
        }
    }
}

/// One place for each form. A clone begins with none.
#[derive(Default)]
pub(crate) struct Derived {
    made: [OnceLock<Floats>; Form::COUNT],
    /// The memory of forms that are out of date.
    spare: [Mutex<Option<Floats>>; Form::COUNT],
}

impl Derived {
    /// The form, made by `make` if it is not there. Several threads may make it at the same time; one result is kept.
    /// A lock around the making could wait for itself: it runs on a pool whose threads take other work meanwhile.
    pub(super) fn get(&self, form: Form, make: impl FnOnce(&mut Floats)) -> &Floats {
        let made = &self.made[form.slot()];
        if let Some(floats) = made.get() {
            return floats;
        }
        let spare = self.spare[form.slot()].lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut floats = spare.unwrap_or_default();
        make(&mut floats);
        made.get_or_init(|| floats)
    }

    /// The values have changed: all forms are out of date. Their memory is kept for the next ones.
    pub(super) fn clear(&mut self) {
        for (made, spare) in self.made.iter_mut().zip(&mut self.spare) {
            if let Some(floats) = made.take() {
                *spare.get_mut().unwrap_or_else(PoisonError::into_inner) = Some(floats);
            }
        }
    }
}

impl Clone for Derived {
    fn clone(&self) -> Self {
        Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_until_cleared() {
        let mut derived = Derived::default();
        let first = derived.get(Form::Winograd(4), |floats| floats.grow(32)).as_ptr();
        assert_eq!(derived.get(Form::Winograd(4), |_| panic!("it is there")).as_ptr(), first);
        derived.clear();
        let again = derived.get(Form::Winograd(4), |floats| {
            assert_eq!(floats.len(), 32, "the memory is used again");
            floats[0] = 1.0;
        });
        assert_eq!(again.as_ptr(), first);
        assert!(derived.get(Form::Half, |_| ()).is_empty());
    }
}
