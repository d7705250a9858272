//! Errors of the runtime; each is a sentence with its numbers.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::shape::Shape;
use crate::tensor::Tensor;

/// Values that are too many or too few for what they should fill.
#[derive(Clone, PartialEq, Eq)]
pub struct LengthError {
    what: String,
    expected: usize,
    multiple: bool,
    given: usize,
}

impl LengthError {
    pub(crate) fn new(what: impl Into<String>, expected: usize, given: usize) -> Self {
        Self { what: what.into(), expected, multiple: false, given }
    }

    /// Any multiple of `expected` would do.
    pub(crate) fn multiple(what: impl Into<String>, expected: usize, given: usize) -> Self {
        Self { what: what.into(), expected, multiple: true, given }
    }
}

impl fmt::Display for LengthError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, expected, given, .. } = self;
        let multiple = if self.multiple { "a multiple of " } else { "" };
        let (plural, were) = (if *expected == 1 { "" } else { "s" }, if *given == 1 { "was" } else { "were" });
        write!(f, "{what} has {multiple}{expected} value{plural}, but {given} {were} given")
    }
}

/// Bytes that make no images.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum ImageError {
    /// Too many or too few bytes, means or deviations.
    Length(LengthError),
    /// A number that makes none of a byte: see [`Pixels`](crate::tensor::Pixels).
    Pixels {
        /// Scale, mean or deviation.
        what: &'static str,
        /// Of which channel, if not of all.
        channel: Option<usize>,
        /// The number.
        value: f32,
        /// It must be above 0, not only finite.
        positive: bool,
    },
}

impl From<LengthError> for ImageError {
    fn from(error: LengthError) -> Self {
        Self::Length(error)
    }
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length(error) => fmt::Display::fmt(error, f),
            Self::Pixels { what, channel, value, positive } => {
                let channel = channel.map_or(String::new(), |channel| format!(" of channel {channel}"));
                let positive = if *positive { " and above 0" } else { "" };
                write!(f, "the {what} of pixels{channel} is {value}; it must be finite{positive}")
            }
        }
    }
}

/// A weight file that is not this network's: what is wrong with it. The network is as it was.
#[derive(Clone, PartialEq, Eq)]
pub struct LoadError {
    path: Option<PathBuf>,
    problems: Vec<String>,
}

impl LoadError {
    pub(crate) fn new(problems: Vec<String>) -> Self {
        Self { path: None, problems }
    }

    pub(crate) fn at(self, path: &Path) -> Self {
        Self { path: Some(path.to_owned()), ..self }
    }

    /// One sentence for each thing that is wrong; of many of a kind the first few, and how many more there are.
    pub fn problems(&self) -> &[String] {
        &self.problems
    }
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "cannot load `{}`:", path.display())?,
            None => write!(f, "cannot load these weights:")?,
        }
        match &*self.problems {
            [problem] => write!(f, " {problem}"),
            problems => problems.iter().try_for_each(|problem| write!(f, "\n  {problem}")),
        }
    }
}

/// A file that could not be written. What was there before is still there.
#[derive(Clone, PartialEq, Eq)]
pub struct SaveError {
    path: PathBuf,
    cause: String,
}

impl SaveError {
    pub(crate) fn new(path: &Path, cause: &std::io::Error) -> Self {
        Self { path: path.to_owned(), cause: cause.to_string() }
    }
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot write `{}`: {}", self.path.display(), self.cause)
    }
}

/// A data set that cannot be read: the file, and what is wrong with it.
#[derive(Clone, PartialEq, Eq)]
pub struct DataError {
    /// None where no file was named.
    path: Option<PathBuf>,
    problem: String,
}

impl DataError {
    pub(crate) fn new(path: &Path, problem: impl fmt::Display) -> Self {
        Self { path: Some(path.to_owned()), problem: problem.to_string() }
    }

    pub(crate) fn no_file(problem: impl Into<String>) -> Self {
        Self { path: None, problem: problem.into() }
    }
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(f, "cannot read `{}`: {}", path.display(), self.problem),
            None => f.write_str(&self.problem),
        }
    }
}

/// A network of which a parameter was replaced by one of another layer that does not fit there. A network's parameters are
/// set by [`Parameter::set`](crate::parameter::Parameter::set) or by loading a file, which check what they are given.
#[derive(Clone, PartialEq, Eq)]
pub struct ParameterError {
    problem: String,
}

impl ParameterError {
    pub(crate) fn new(problem: String) -> Self {
        Self { problem }
    }
}

impl fmt::Display for ParameterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a parameter was replaced by another layer's: {}; `set` copies values of the same shape",
            self.problem
        )
    }
}

/// A loss that cannot be computed.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LossError {
    /// Not one label or target for each output.
    Count {
        /// What there is too much or too little of.
        what: &'static str,
        /// How many there should be.
        expected: usize,
        /// How many there are.
        given: usize,
    },
    /// A label that is no class.
    Label {
        /// Which of the labels.
        index: usize,
        /// The label.
        label: usize,
        /// Labels are smaller than this.
        classes: usize,
    },
    /// Anything else that a loss of your own has to say.
    Other(String),
}

impl fmt::Display for LossError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count { what, expected, given } => write!(f, "{given} {what} for {expected} outputs"),
            Self::Label { index, label, classes } => {
                write!(
                    f,
                    "label {index} is {label}, but there are {classes} classes, 0 to {}",
                    classes.saturating_sub(1)
                )
            }
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// A training step that was not done. The parameters are as they were before it.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum TrainError {
    /// The optimizer has a number that is negative or not finite, or a momentum of 1 or more.
    Optimizer {
        /// The step, counted from 0.
        step: u64,
        /// Rate, momentum or weight decay.
        what: &'static str,
        /// The number.
        value: f32,
    },
    /// The batch is empty.
    EmptyBatch {
        /// The step, counted from 0.
        step: u64,
    },
    /// A parameter was replaced by another layer's.
    Parameter {
        /// The step, counted from 0.
        step: u64,
        /// Which, and by what.
        cause: ParameterError,
    },
    /// The loss could not be computed.
    Loss {
        /// The step, counted from 0.
        step: u64,
        /// Why.
        cause: LossError,
    },
    /// The loss is infinite or not a number, because a value of the batch is: where the loss is computed on the CPU.
    Input {
        /// The step, counted from 0.
        step: u64,
        /// Which sample of the batch.
        sample: usize,
        /// The value.
        value: f32,
    },
    /// The loss is infinite or not a number.
    NotFinite {
        /// The step, counted from 0.
        step: u64,
        /// The loss.
        loss: f32,
    },
    /// A gradient is infinite or not a number.
    Gradient {
        /// The step, counted from 0.
        step: u64,
        /// The parameter's name in weight files.
        parameter: String,
    },
    /// The device has not done it.
    #[cfg(feature = "cuda")]
    Device {
        /// The step, counted from 0.
        step: u64,
        /// Why.
        cause: crate::cuda::DeviceError,
    },
}

impl TrainError {
    /// The loss of a batch is not finite.
    pub(crate) fn not_finite<V: Shape>(step: u64, loss: f32, input: &Tensor<V>) -> Self {
        match input.values().iter().position(|value| !value.is_finite()) {
            Some(at) => Self::Input { step, sample: at / V::LEN.max(1), value: input.values()[at] },
            None => Self::NotFinite { step, loss },
        }
    }
}

impl fmt::Display for TrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Optimizer { step, what, value } => {
                let least = if *what == "momentum" { "at least 0 and less than 1" } else { "finite and not negative" };
                write!(f, "step {step}: the optimizer's {what} is {value}; it must be {least}")
            }
            Self::EmptyBatch { step } => write!(f, "step {step}: the batch is empty"),
            Self::Parameter { step, cause } => write!(f, "step {step}: {cause}"),
            Self::Loss { step, cause } => write!(f, "step {step}: {cause}"),
            Self::Input { step, sample, value } => {
                write!(f, "step {step}: sample {sample} of the batch holds {value}; inputs must be finite")
            }
            Self::NotFinite { step, loss } => {
                write!(f, "step {step}: the loss is {loss}; a smaller learning rate or scaled inputs may help")
            }
            Self::Gradient { step, parameter } => {
                write!(f, "step {step}: the gradient of `{parameter}` is not finite; a smaller learning rate may help")
            }
            #[cfg(feature = "cuda")]
            Self::Device { step, cause } => write!(f, "step {step}: {cause}"),
        }
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

readable!(LengthError, ImageError, LoadError, SaveError, DataError, ParameterError, LossError, TrainError);
