//! Errors of the runtime; each is a sentence with its numbers.

use std::fmt;

/// Values that are too many or too few for what they should fill.
#[derive(Clone, PartialEq, Eq)]
pub struct LengthError {
    what: String,
    expected: usize,
    given: usize,
}

impl LengthError {
    pub(crate) fn new(what: impl Into<String>, expected: usize, given: usize) -> Self {
        Self { what: what.into(), expected, given }
    }
}

impl fmt::Display for LengthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, expected, given } = self;
        let (plural, were) = (if *expected == 1 { "" } else { "s" }, if *given == 1 { "was" } else { "were" });
        write!(f, "{what} has {expected} value{plural}, but {given} {were} given")
    }
}

/// `Debug` as `Display`: `fn main() -> Result<(), _>` and `unwrap` then print the sentence.
macro_rules! readable {
    ($($error:ty),*) => {$(
        impl fmt::Debug for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl std::error::Error for $error {}
    )*};
}

readable!(LengthError);
